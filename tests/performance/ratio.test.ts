/**
 * Starts per CPU second beside a server that does nothing, in one run, against the published ratio.
 * A ratio says the same on a slow machine. What halves it is a mistake and not noise.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stopContenders } from '../../bench/contender.ts'
import { ENTRIES, FLOOR, THIS_CHECKOUT } from '../../bench/contenders.ts'
import { figuresOf } from '../../bench/figures.ts'
import { mixNamed } from '../../bench/load/mixes.ts'
import { Progress } from '../../bench/progress.ts'
import { expectedSeconds, runRounds, type Row } from '../../bench/rounds.ts'
import { startRunners, writeRequestFiles } from '../../bench/runner.ts'

const GUARDED = ['memory', 'lmdb']
const SHARE_MIN = 0.5
const ROUNDS = 5
const SHAPE = { seconds: 1, connections: 64 }
const DOCUMENT = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'streamgate-ratio-'))
let rows: readonly Row[] = []

beforeAll(async () => {
  const mix = mixNamed('starts')
  const entries = ENTRIES.filter(({ name }) => name === FLOOR || GUARDED.includes(name))
  const runners = await startRunners(entries, { checkout: THIS_CHECKOUT, folder })
  const requestFile = writeRequestFiles(folder, new Set([mix])).get(mix) ?? ''
  const progress = new Progress(expectedSeconds([mix], { runners, shape: SHAPE, rounds: ROUNDS }))
  rows = await runRounds(runners, {
    mix,
    requestFile,
    shape: SHAPE,
    rounds: ROUNDS,
    isFirst: true,
    progress,
  })
}, 180_000)

afterAll(async () => {
  await stopContenders()
  rmSync(folder, { recursive: true, force: true })
})

describe('starts per CPU second beside a server that does nothing', () => {
  it.each(GUARDED)('are at least half of what docs/performance.md says, on %s', (name) => {
    const { title = '' } = ENTRIES.find((entry) => entry.name === name) ?? {}
    const measured = figuresOf(stretchesOf(name), stretchesOf(FLOOR))
    expect(measured.faults).toBe(0)
    expect(measured.toFloor?.median).toBeGreaterThanOrEqual(publishedRatio(title) * SHARE_MIN)
  })
})

function stretchesOf(name: string): Row['stretches'] {
  return rows.find(({ runner }) => runner.entry.name === name)?.stretches ?? []
}

/** The median in the first table, which is that of starts. */
function publishedRatio(title: string): number {
  const line = readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`| ${title} |`))
  const [, ratio] = /^\| [^|]+ \| ([\d.]+) \(/.exec(line ?? '') ?? []
  if (ratio === undefined) throw new Error(`docs/performance.md has no ratio of "${title}"`)
  return Number(ratio)
}
