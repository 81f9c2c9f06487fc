/** Results as tables for a terminal. */
import { FLOOR, THIS_CHECKOUT } from './contenders.ts'
import { figuresOf, perCpuSecond, ratiosOf, type Figures } from './figures.ts'
import type { Growth } from './growth.ts'
import type { Latency } from './open-loop.ts'
import type { Row } from './rounds.ts'
import type { Stretch } from './runner.ts'
import { median, medianWithin, type Spread } from './statistics.ts'

/** The contenders of one mix beside the floor. */
export function tableOfMix(rows: readonly Row[]): string {
  const floor = rows.find(({ runner }) => runner.entry.name === FLOOR)?.stretches
  const head = [
    rows[0]?.mix.title ?? '',
    'answers/s',
    'per CPU s',
    'to floor',
    '(quartiles)',
    'busy',
    'p50 ms',
    'p99 ms',
  ]
  const lines = rows.map(({ runner, stretches }) => cellsOf(runner.entry.title, figuresOf(stretches, floor)))
  return table([head, ...lines])
}

function cellsOf(title: string, figures: Figures): string[] {
  const { answersPerSecond, answersPerCpuSecond, toFloor, busy, p50Ms, p99Ms, faults } = figures
  return [
    title,
    answersPerSecond.toFixed(0),
    answersPerCpuSecond.toFixed(0),
    toFloor?.median.toFixed(2) ?? '',
    toFloor === undefined ? '' : range(toFloor, 2),
    busy.toFixed(2),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    ...(faults > 0 ? [`${faults} faults`] : []),
  ]
}

/** One contender from this checkout beside the same from another one. */
export function tableOfPair(here: Row, there: Row): string {
  const value = {
    'answers per CPU second': perCpuSecond,
    'answers per second': perSecond,
    p50: p50,
    p99: p99,
  }
  const lines = Object.entries(value).map(([name, of]) => {
    const ratios = ratiosOf(here.stretches, there.stretches, of)
    const ratio = medianWithin(ratios)
    const above = ratios.filter((each) => each > 1).length
    const [own, other] = [here, there].map(({ stretches }) => median(stretches.map(of)))
    return [
      name,
      figure(own),
      figure(other),
      ratio.median.toFixed(3),
      range(ratio, 3),
      `${above} of ${ratios.length}`,
    ]
  })
  const head = [
    `${here.runner.entry.name}, ${here.mix.title}`,
    'here',
    'there',
    'ratio',
    '(19 of 20)',
    'above 1',
  ]
  return table([head, ...lines])
}

/** Latencies at a steady pace. */
export function tableOfLatencies(latencies: readonly Latency[]): string {
  const lines = latencies.map(({ runner, share, requestsPerSecond, p50Ms, p99Ms, p999Ms, ownP99Ms }) => [
    runner.checkout === THIS_CHECKOUT ? runner.entry.title : `${runner.entry.title} (there)`,
    share === undefined ? '' : `${share * 100} %`,
    String(requestsPerSecond),
    ...[p50Ms, p99Ms, p999Ms, ownP99Ms].map((ms) => ms.toFixed(2)),
  ])
  return table([
    ['starts at a steady pace', 'of peak', 'starts/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'load late by'],
    ...lines,
  ])
}

/** What more users cost. */
export function tableOfGrowth(growth: readonly Growth[]): string {
  const lines = growth.map(({ title, users, startsPerCpuSecond, memoryBytes, fileBytes, readyMs }) => [
    title,
    String(users),
    startsPerCpuSecond.toFixed(0),
    (memoryBytes / 1e6).toFixed(0),
    fileBytes === undefined ? '' : (fileBytes / 1e6).toFixed(0),
    readyMs?.toFixed(0) ?? '',
  ])
  return table([
    ['with more users', 'users', 'starts per CPU s', 'memory MB', 'file MB', 'ready ms'],
    ...lines,
  ])
}

/** Where the time goes, by room. */
export function tableOfShares(shares: ReadonlyMap<string, number>): string {
  const lines = Array.from(shares, ([room, share]) => [room, (share * 100).toFixed(1)])
  return table([['where the time goes', '%'], ...lines])
}

function perSecond({ answers, seconds }: Stretch): number {
  return answers / seconds
}

function p50({ p50Ms }: Stretch): number {
  return p50Ms
}

function p99({ p99Ms }: Stretch): number {
  return p99Ms
}

function figure(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(value < 1000 ? 2 : 0)
}

function range({ low, high }: Spread, digits: number): string {
  return `(${low.toFixed(digits)}-${high.toFixed(digits)})`
}

/** Lines of cells, the first column to the left and the others to the right. */
function table(lines: readonly (readonly string[])[]): string {
  const columns = Math.max(...lines.map((line) => line.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .concat('\n'),
    )
    .join('')
}
