/**
 * The simulation against rules with one thing wrong in each: what it does not find out, it does not guard.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMISSION_MUTANTS } from './admission-mutants.ts'
import { check } from './checker.ts'
import { LIMITER_MUTANTS } from './limiter-mutants.ts'
import { rulesFrom } from './mutant.ts'
import { ROSTER_MUTANTS } from './roster-mutants.ts'
import { simulate, type Rules } from './simulation.ts'
import { UNSEEN_MUTANTS } from './unseen-mutants.ts'

/** Runs before a mutant counts as not found out; the slowest takes about half as many. */
const SEEDS_MAX = 300
/** Runs of a mutant that nobody can find out, and of the rules as they are. */
const SEEDS_UNSEEN = 15

let folder: string
let copies = 0
const nextFolder = () => join(folder, `copy-${(copies += 1)}`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamgate-mutants-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe.each([
  ['admission', ADMISSION_MUTANTS],
  ['rosters and heartbeats', ROSTER_MUTANTS],
  ['limiter', LIMITER_MUTANTS],
])('the checker finds out, of the %s', (_title, mutants) => {
  it.each(mutants)('$slip', async (mutant) => {
    const rules = await rulesFrom(nextFolder(), mutant)
    expect(await firstSeedThatBreaks(rules, mutant.caughtBy)).toBeLessThan(SEEDS_MAX)
  })
})

describe('the checker does not find out', () => {
  it('a copy without a slip', async () => {
    expect(await rulesBroken(await rulesFrom(nextFolder()))).toEqual([])
  })

  it.each(UNSEEN_MUTANTS)('$slip, because $because', async (mutant) => {
    expect(await rulesBroken(await rulesFrom(nextFolder(), mutant))).toEqual([])
  })
})

/** `SEEDS_MAX` where none breaks it. */
async function firstSeedThatBreaks(rules: Rules, rule: string): Promise<number> {
  for (let seed = 0; seed < SEEDS_MAX; seed += 1) {
    const violations = check(await simulate(rules, { seed }))
    if (violations.some((violation) => violation.rule === rule)) return seed
  }
  return SEEDS_MAX
}

async function rulesBroken(rules: Rules): Promise<readonly string[]> {
  const broken: string[] = []
  for (let seed = 0; seed < SEEDS_UNSEEN; seed += 1) {
    broken.push(
      ...check(await simulate(rules, { seed })).map(({ rule, detail }) => `${seed} ${rule}: ${detail}`),
    )
  }
  return broken
}
