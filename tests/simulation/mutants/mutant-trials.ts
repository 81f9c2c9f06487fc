import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { check } from '../checker/checker.ts'
import { rulesFrom, type Mutant, type EquivalentMutant } from './mutant.ts'
import { simulate, type Rules } from '../world/simulation.ts'
import { raise, stormFaults } from '../world/storm.ts'

/**
 * How many runs a mutant may survive. The slowest takes about a third as many. Crowded runs are
 * short.
 */
const SEEDS_MAX = 500
const CROWDED_SEEDS_MAX = 1000
/** How many storms a mutant may survive, and what each storm is like. */
const STORMS_MAX = 5
const STORM = {
  newcomers: 60,
  limiters: 1,
  limits: [{ max: 1 }],
  leaseSeconds: [75, 75],
  isInStep: true,
} as const
/** Runs of an equivalent mutant, and of the unchanged rules. */
const EQUIVALENT_SEEDS = 12

/** For one mutant, on a busy machine. */
const TIME_LIMIT_MS = 180_000

/**
 * Runs the simulation against mutants. If it cannot find a mutant's fault, it does not guard that
 * rule.
 */
export function describeFoundMutants(title: string, mutants: readonly Mutant[]): void {
  describe(`the checker finds mutants of ${title}`, () => {
    const nextFolder = makeFolders()
    it.each(mutants)(
      '$slip',
      async (mutant) => {
        const rules = await rulesFrom(nextFolder(), mutant)
        expect(await firstSeedThatBreaks(rules, mutant)).not.toBe('none')
      },
      TIME_LIMIT_MS,
    )
  })
}

/** Runs it against equivalent mutants, and against an unchanged copy. */
export function describeEquivalentMutants(mutants: readonly EquivalentMutant[]): void {
  describe('the checker does not find equivalent mutants', () => {
    const nextFolder = makeFolders()
    it('an unchanged copy', async () => {
      expect(await rulesBroken(await rulesFrom(nextFolder()))).toEqual([])
    })

    it.each(mutants)(
      '$slip, because $because',
      async (mutant) => {
        expect(await rulesBroken(await rulesFrom(nextFolder(), mutant))).toEqual([])
      },
      TIME_LIMIT_MS,
    )
  })
}

/** A folder for copies, removed after the tests. Each call returns a new path in it. */
function makeFolders(): () => string {
  let folder = ''
  let copies = 0
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'streamgate-mutants-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
  })
  return () => join(folder, `copy-${(copies += 1)}`)
}

async function firstSeedThatBreaks(rules: Rules, mutant: Mutant): Promise<number | 'none'> {
  const { caughtBy, isRace = false } = mutant
  if (caughtBy === 'storm') return firstStormThatBreaks(rules)
  const seeds = isRace ? CROWDED_SEEDS_MAX : SEEDS_MAX
  for (let seed = 0; seed < seeds; seed += 1) {
    const run = isRace ? { seed, isCrowded: true } : { seed }
    if (check(await simulate(rules, run), undefined, caughtBy).length > 0) return seed
  }
  return 'none'
}

async function firstStormThatBreaks(rules: Rules): Promise<number | 'none'> {
  for (let seed = 0; seed < STORMS_MAX; seed += 1) {
    const storm = { ...STORM, seed }
    if (stormFaults(storm, await raise(rules, storm)).length > 0) return seed
  }
  return 'none'
}

async function rulesBroken(rules: Rules): Promise<readonly string[]> {
  const broken: string[] = []
  for (let seed = 0; seed < EQUIVALENT_SEEDS; seed += 1) {
    const violations = check(await simulate(rules, { seed }))
    broken.push(...violations.map(({ rule, detail }) => `${seed} ${rule}: ${detail}`))
  }
  return broken
}
