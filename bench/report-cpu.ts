/**
 * Preloaded into each server under test. Answers `cpu` with the CPU time of it and its workers, in
 * seconds.
 */
import { readFileSync } from 'node:fs'

/** The kernel counts CPU time in ticks, a hundred a second. */
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
