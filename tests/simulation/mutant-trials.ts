import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { check } from './checker.ts'
import { rulesFrom, type Mutant, type UnseenMutant } from './mutant.ts'
import { simulate, type Rules } from './simulation.ts'

/** Runs before a mutant counts as not found out; the slowest takes about half as many. */
const SEEDS_MAX = 300
/** Runs of a mutant that nobody can find out, and of the rules as they are. */
const SEEDS_UNSEEN = 12

/** Tries the simulation against rules with one thing wrong in each: what it does not find out, it does not guard. */
export function describeFoundMutants(title: string, mutants: readonly Mutant[]): void {
  describe(`the checker finds out, of ${title}`, () => {
    const nextFolder = makeFolders()
    it.each(mutants)('$slip', async (mutant) => {
      const rules = await rulesFrom(nextFolder(), mutant)
      expect(await firstSeedThatBreaks(rules, mutant)).toBeLessThan(SEEDS_MAX)
    })
  })
}

/** Tries it against slips that no answer shows, and against none. */
export function describeUnseenMutants(mutants: readonly UnseenMutant[]): void {
  describe('the checker does not find out', () => {
    const nextFolder = makeFolders()
    it('a copy without a slip', async () => {
      expect(await rulesBroken(await rulesFrom(nextFolder()))).toEqual([])
    })

    it.each(mutants)('$slip, because $because', async (mutant) => {
      expect(await rulesBroken(await rulesFrom(nextFolder(), mutant))).toEqual([])
    })
  })
}

/** A folder for copies, which goes with the tests; gives a new place in it each time. */
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

/** `SEEDS_MAX` where none breaks it. */
async function firstSeedThatBreaks(rules: Rules, { caughtBy, isRace }: Mutant): Promise<number> {
  for (let seed = 0; seed < SEEDS_MAX; seed += 1) {
    const run = isRace === true ? { seed, isPlain: true } : { seed }
    if (check(await simulate(rules, run), undefined, caughtBy).length > 0) return seed
  }
  return SEEDS_MAX
}

async function rulesBroken(rules: Rules): Promise<readonly string[]> {
  const broken: string[] = []
  for (let seed = 0; seed < SEEDS_UNSEEN; seed += 1) {
    const violations = check(await simulate(rules, { seed }))
    broken.push(...violations.map(({ rule, detail }) => `${seed} ${rule}: ${detail}`))
  }
  return broken
}
