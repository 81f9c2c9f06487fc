import { randomInt } from 'node:crypto'

const FIRST_VERSION_MAX = 2 ** 47

/**
 * Where the versions of a new record begin: at random. An erased user who comes back has other
 * versions, so a caller that read the old roster cannot replace the new one.
 */
export function firstVersion(): number {
  return randomInt(1, FIRST_VERSION_MAX)
}
