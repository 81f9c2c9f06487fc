/**
 * Kills this process. `process.exit` would wait for the store's native thread, which may be waiting
 * for a lock that another process holds.
 */
export function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}
