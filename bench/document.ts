/** Writes `docs/performance.md` and its pictures from the results of a run. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { FLOOR, THIS_CHECKOUT } from './contenders.ts'
import { BUSY_CORES } from './cores.ts'
import { figuresOf, perCpuSecond, ratioOf } from './figures.ts'
import type { Growth } from './growth.ts'
import { GENERATOR } from './load/generator.ts'
import { SHARES, type Latency } from './open-loop.ts'
import { barPicture } from './plots/bars.ts'
import { flamePicture } from './plots/flames.ts'
import { latencyPicture } from './plots/latencies.ts'
import type { Row } from './rounds.ts'
import type { Runner, Shape } from './runner.ts'
import { sharesByRoom, type Stack } from './stacks.ts'
import type { Spread } from './statistics.ts'
import { FLAT_OUT_INTRO, FLAMES_INTRO, GROWTH_INTRO, INTRO, STEADY_INTRO } from './document-text.ts'

/** What a whole run measured. */
export type Results = {
  readonly mixes: readonly (readonly Row[])[]
  readonly latencies: readonly Latency[]
  readonly growth: readonly Growth[]
  readonly stacks: readonly Stack[]
  readonly shape: Shape
  readonly rounds: number
}

const DOCUMENT = join(THIS_CHECKOUT, 'docs/performance.md')
const PICTURES = join(THIS_CHECKOUT, 'docs/performance')
/** Smaller rooms are added up as one. */
const SHARE_MIN = 0.01

/** Writes the document and its pictures. */
export function writeDocument(results: Results): void {
  mkdirSync(PICTURES, { recursive: true })
  for (const [name, svg] of Object.entries(picturesOf(results))) writeFileSync(join(PICTURES, name), svg)
  writeFileSync(DOCUMENT, documentOf(results))
}

/** The text of the document. */
export function documentOf(results: Results): string {
  const sections = [
    `# Performance\n\n${INTRO}\n\n${machineOf(results)}`,
    `## As fast as possible\n\n${FLAT_OUT_INTRO}\n\n${MIXES_PICTURE}`,
    ...results.mixes.map(mixSection),
    dynamoSection(results.mixes[0] ?? []),
    `## At a steady pace\n\n${STEADY_INTRO}\n\n${LATENCY_PICTURE}\n\n${steadyTable(results.latencies)}`,
    `## With more users\n\n${GROWTH_INTRO}\n\n${growthTable(results.growth)}`,
    `## Where the time goes\n\n${FLAMES_INTRO}\n\n${roomTable(results.stacks)}\n\n${FLAMES_PICTURE}`,
  ]
  return `${sections.join('\n\n')}\n`
}

const MIXES_PICTURE =
  '![Bars: answers per CPU second of each contender in each mix, compared with a server that does nothing](performance/mixes.svg)'
const LATENCY_PICTURE =
  '![Latency of each contender at a quarter, half and three quarters of its peak](performance/latency.svg)'
const FLAMES_PICTURE = '![Flame graph of starts on the memory store](performance/flames.svg)'

function picturesOf({ mixes, latencies, stacks }: Results): Readonly<Record<string, string>> {
  return {
    'mixes.svg': mixesPicture(mixes),
    'latency.svg': steadyPicture(latencies),
    'flames.svg': flamePicture('Starts on the memory store, one process', stacks),
  }
}

function mixesPicture(mixes: readonly (readonly Row[])[]): string {
  const runners = (mixes[0] ?? []).map(({ runner }) => runner)
  const panels = mixes.map((rows) => ({
    title: rows[0]?.mix.title ?? '',
    ratios: runners.map((runner) => toFloor(rows, runner)),
  }))
  return barPicture(
    'Answers per CPU second, compared with a server that does nothing',
    rowsOf(runners),
    panels,
  )
}

function steadyPicture(latencies: readonly Latency[]): string {
  const runners = [...new Set(latencies.map(({ runner }) => runner))]
  const panels = SHARES.map((share) => ({
    title: `${share * 100} % of the peak: ms`,
    percentiles: runners.map((runner) => {
      const found = latencies.find((each) => each.runner === runner && each.share === share)
      return found && [found.p50Ms, found.p99Ms, found.p999Ms]
    }),
  }))
  return latencyPicture('Latency of starts at a steady pace: p50, p99 and p99.9', rowsOf(runners), panels)
}

function rowsOf(runners: readonly Runner[]) {
  return runners.map(({ entry: { title, isOurs } }) => ({ title, isOurs }))
}

function machineOf({ shape, rounds }: Results): string {
  const seconds = `${shape.seconds} s`
  return [
    '| | |\n|---|---|',
    `| machine | ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown'} |`,
    `| Node | ${process.versions.node} |`,
    `| load | ${GENERATOR}, ${shape.connections} connections, ${rounds} rounds of ${seconds} for each contender and mix |`,
    ...(BUSY_CORES === undefined
      ? []
      : [
          `| other work | up to ${BUSY_CORES.toFixed(0)} processes waited for a core when the run began, so ranges are wide |`,
        ]),
  ].join('\n')
}

function mixSection(rows: readonly Row[]): string {
  const title = rows[0]?.mix.title ?? ''
  const lines = rows.map(({ runner, stretches }) => {
    const { answersPerSecond, answersPerCpuSecond, p50Ms, p99Ms, faults } = figuresOf(stretches, undefined)
    return [
      faults === 0 ? runner.entry.title : `${runner.entry.title} (${thousands(faults)} faults)`,
      withSpread(toFloor(rows, runner)),
      thousands(answersPerCpuSecond),
      thousands(answersPerSecond),
      p50Ms.toFixed(1),
      p99Ms.toFixed(1),
    ]
  })
  const head = ['', 'to the floor', 'answers per CPU second', 'answers per second', 'p50, ms', 'p99, ms']
  return `### ${title[0]?.toUpperCase()}${title.slice(1)}\n\n${table([head, ...lines])}`
}

function dynamoSection(rows: readonly Row[]): string {
  const [ours, original] = ['dynamodb', 'original'].map((name) => named(rows, name))
  if (ours === undefined || original === undefined) return ''
  const ratio = withSpread(ratioOf(ours, original, perCpuSecond))
  return [
    '### On DynamoDB\n',
    'Both write to a local endpoint that keeps nothing, so this compares programs and not tables.',
    `Streamgate on DynamoDB answers ${ratio} times as many starts per CPU second as the service before it,`,
    'which sends one conditional `UpdateItem` through the SDK and knows no leases.',
  ].join('\n')
}

function steadyTable(latencies: readonly Latency[]): string {
  const lines = latencies.map(({ runner, share, requestsPerSecond, p50Ms, p99Ms, p999Ms, ownP99Ms }) => [
    runner.entry.title,
    share === undefined ? '' : `${share * 100} %`,
    thousands(requestsPerSecond),
    ...[p50Ms, p99Ms, p999Ms, ownP99Ms].map((ms) => ms.toFixed(2)),
  ])
  const head = ['', 'of its peak', 'starts per second', 'p50, ms', 'p99, ms', 'p99.9, ms', 'load late by, ms']
  return table([head, ...lines])
}

function growthTable(rows: readonly Growth[]): string {
  const lines = rows.map(({ title, users, startsPerCpuSecond, memoryBytes, fileBytes, readyMs }) => [
    title,
    thousands(users),
    thousands(startsPerCpuSecond),
    megabytes(memoryBytes),
    fileBytes === undefined ? '' : megabytes(fileBytes),
    readyMs === undefined ? '' : `${(readyMs / 1000).toFixed(2)} s`,
  ])
  return table([['', 'users', 'starts per CPU second', 'memory', 'file', 'ready after'], ...lines])
}

function roomTable(stacks: readonly Stack[]): string {
  const shares = [...sharesByRoom(stacks)]
  const shown = shares.filter(([, share]) => share >= SHARE_MIN)
  const rest = shares.filter(([, share]) => share < SHARE_MIN).reduce((sum, [, share]) => sum + share, 0)
  const lines = [...shown, ['everything else', rest] as const].map(([room, share]) => [
    room,
    `${(share * 100).toFixed(1)} %`,
  ])
  return table([['', 'of the time'], ...lines])
}

function toFloor(rows: readonly Row[], runner: Runner): Spread | undefined {
  const own = rows.find((row) => row.runner === runner)?.stretches
  const floor = named(rows, FLOOR)
  return own && floor && ratioOf(own, floor, perCpuSecond)
}

function named(rows: readonly Row[], name: string) {
  return rows.find(({ runner }) => runner.entry.name === name)?.stretches
}

function withSpread(spread: Spread | undefined): string {
  if (spread === undefined) return ''
  const digits = spread.median < 0.1 ? 3 : 2
  const { median, low, high } = spread
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function megabytes(bytes: number): string {
  return `${thousands(bytes / 1e6)} MB`
}

function table([head = [], ...lines]: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [head, rule, ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |'))
    .join('\n')
}
