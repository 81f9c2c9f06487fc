import { randomInt } from 'node:crypto'

const FIRST_VERSION_MAX = 2 ** 47
/** So far from the one before that no record gets there by its writes. */
const STEP = 2_654_435_761

let last = randomInt(1, FIRST_VERSION_MAX)

/**
 * Where the versions of a new record begin: at random in each process, and far apart. An erased
 * user who comes back has other versions, so a caller that read the old roster cannot replace the
 * new one.
 */
export function firstVersion(): number {
  last = ((last + STEP) % FIRST_VERSION_MAX) + 1
  return last
}
