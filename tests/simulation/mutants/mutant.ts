import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { RuleName } from '../checker/checker.ts'
import type { Rules } from '../world/simulation.ts'

/** Rules of the core with one thing wrong, as a programmer's slip would have it. */
export type Mutant = {
  /** What is wrong, as a sentence about the rules. */
  readonly slip: string
  /** A file of `core/src`. */
  readonly file: string
  /** A text that occurs there exactly once. */
  readonly right: string
  /** What stands in its place. */
  readonly wrong: string
  /** The rule of the checker that must find it out, or that a storm does. */
  readonly caughtBy: RuleName | 'storm'
  /** Whether it takes a race to see it, of which plain runs have more. */
  readonly isRace?: boolean
}

/** A mutant that answers cannot give away, and why. */
export type UnseenMutant = Omit<Mutant, 'caughtBy'> & { readonly because: string }

const CORE = fileURLToPath(new URL('../../../core/src', import.meta.url))
/** Loads a copy as Node itself does, which is twice as quick as through the test runner. */
const load = createRequire(import.meta.url)

/**
 * The rules with one text replaced, or as they are, from a copy made in this empty folder.
 *
 * @throws {Error} where the right text does not occur exactly once, because the mutant is stale.
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
