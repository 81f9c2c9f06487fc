/** Preloaded into each server under test: answers `cpu` with the processor time that it and its workers have spent, in seconds. */
import { readFileSync } from 'node:fs'

/** The kernel counts processor time in ticks, a hundred a second. */
const TICKS_PER_SECOND = 100

process.on('message', (message) => {
  if (message !== 'cpu') return
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1e6 + workersSeconds())
})

function workersSeconds(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  const pids = children.split(' ').filter(Boolean)
  return pids.reduce((sum, pid) => sum + secondsOf(pid), 0)
}

function secondsOf(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
