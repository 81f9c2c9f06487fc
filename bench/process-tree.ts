/** What a process and all its descendants use, as Linux counts it in `/proc`. */
import { readdirSync, readFileSync } from 'node:fs'

/** The kernel counts CPU time in ticks, a hundred a second. */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096
/** Fields of `/proc/<pid>/stat` behind the name: `utime`, `stime`, `cutime` and `cstime`. */
const TIME_FIELDS = [11, 12, 13, 14]
const PARENT_FIELD = 1

/** One process, by its line in `/proc/<pid>/stat`. */
export type ProcessStat = {
  readonly pid: number
  readonly parent: number
  /** CPU time of its threads, and of its children that have ended. */
  readonly cpuSeconds: number
  /** Memory without the pages of files that are mapped, such as those of LMDB. */
  readonly ownBytes: number
}

/** What the tree uses, added up. */
export type Usage = { readonly cpuSeconds: number; readonly ownBytes: number }

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
    .reduce(add, own ?? { cpuSeconds: 0, ownBytes: 0 })
}

function add(one: Usage, other: Usage): Usage {
  return {
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    ownBytes: one.ownBytes + other.ownBytes,
  }
}

/** Reads a line of `/proc/<pid>/stat` (proc(5)). Its second field may hold blanks and brackets. */
export function parseStat(line: string): Omit<ProcessStat, 'ownBytes'> {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const ticks = TIME_FIELDS.reduce((sum, field) => sum + Number(fields[field]), 0)
  return {
    pid: Number.parseInt(line, 10),
    parent: Number(fields[PARENT_FIELD]),
    cpuSeconds: ticks / TICKS_PER_SECOND,
  }
}

/** Reads a line of `/proc/<pid>/statm`: pages in memory, and those of them that belong to files. */
export function ownBytesOf(line: string): number {
  const [, resident, shared] = line.split(' ')
  return (Number(resident) - Number(shared)) * PAGE_BYTES
}

function readStat(pid: string): ProcessStat[] {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    return [{ ...stat, ownBytes: ownBytesOf(readFileSync(`/proc/${pid}/statm`, 'latin1')) }]
  } catch {
    return []
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name)
}
