/** Preloaded into each server under test: answers `cpu` with the processor time spent so far, in seconds. */
process.on('message', (message) => {
  if (message !== 'cpu') return
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1e6)
})
