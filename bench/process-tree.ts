/** What a process and all its descendants use, as Linux counts it in `/proc`. */
import { readdirSync, readFileSync } from 'node:fs'

/** The kernel counts CPU time in ticks, a hundred a second. */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

/** One process, by its line in `/proc/<pid>/stat`. */
export type ProcessStat = {
  readonly pid: number
  readonly parent: number
  /** CPU time of its threads, and of its children that have ended. */
  readonly cpuSeconds: number
  readonly residentBytes: number
}

/** What the tree uses, added up. */
export type Usage = { readonly cpuSeconds: number; readonly residentBytes: number }

/** What this process and its descendants have used so far. */
export function usageOf(pid: number): Usage {
  return usageOfTree(pid, readdirSync('/proc').filter(isNumber).flatMap(readStat))
}

/** The same, among these processes. */
export function usageOfTree(pid: number, processes: readonly ProcessStat[]): Usage {
  const own = processes.find((each) => each.pid === pid)
  const children = processes.filter(({ parent }) => parent === pid)
  return children
    .map((child) => usageOfTree(child.pid, processes))
    .reduce(add, own ?? { cpuSeconds: 0, residentBytes: 0 })
}

function add(one: Usage, other: Usage): Usage {
  return {
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    residentBytes: one.residentBytes + other.residentBytes,
  }
}

/** Reads a line of `/proc/<pid>/stat` (proc(5)). Its second field may hold blanks and brackets. */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [parent, userTicks, systemTicks, endedUserTicks, endedSystemTicks, pages] = [
    1, 11, 12, 13, 14, 21,
  ].map((index) => Number(fields[index]))
  const ticks = (userTicks ?? 0) + (systemTicks ?? 0) + (endedUserTicks ?? 0) + (endedSystemTicks ?? 0)
  return {
    pid: Number.parseInt(line, 10),
    parent: parent ?? 0,
    cpuSeconds: ticks / TICKS_PER_SECOND,
    residentBytes: (pages ?? 0) * PAGE_BYTES,
  }
}

function readStat(pid: string): ProcessStat[] {
  try {
    return [parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))]
  } catch {
    return []
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name)
}
