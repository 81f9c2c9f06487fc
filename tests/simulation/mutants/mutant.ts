import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { RuleName } from '../checker/checker.ts'
import type { Rules } from '../world/simulation.ts'

/** A copy of the core's rules with one typical programming mistake. */
export type Mutant = {
  /** The mistake, as a sentence about the rules. */
  readonly slip: string
  /** A file of `core/src`. */
  readonly file: string
  /** A text that occurs there exactly once. */
  readonly right: string
  /** The text that replaces it. */
  readonly wrong: string
  /** The checker's rule that must find it, or `storm`. */
  readonly caughtBy: RuleName | 'storm'
  /** Whether only a race shows it. Crowded runs have more races. */
  readonly isRace?: boolean
}

/** A mutant whose answers never differ from those of the rules, and why. */
export type EquivalentMutant = Omit<Mutant, 'caughtBy'> & { readonly because: string }

const CORE = fileURLToPath(new URL('../../../core/src', import.meta.url))
/** Loads a copy with Node itself, which is twice as fast as through the test runner. */
const load = createRequire(import.meta.url)

/**
 * Loads a copy of the rules, made in this empty folder, with one text replaced if a mutant is
 * given.
 *
 * @throws {Error} if the right text does not occur exactly once, because the mutant is stale.
 */
export async function rulesFrom(folder: string, mutant?: Omit<Mutant, 'caughtBy'>): Promise<Rules> {
  await cp(CORE, folder, { recursive: true })
  if (mutant !== undefined) {
    const path = join(folder, mutant.file)
    const parts = (await readFile(path, 'utf8')).split(mutant.right)
    if (parts.length !== 2) {
      throw new Error(`${mutant.file} holds ${parts.length - 1} times: ${mutant.right}`)
    }
    await writeFile(path, parts.join(mutant.wrong))
  }
  return load(join(folder, 'index.ts')) as Rules
}
