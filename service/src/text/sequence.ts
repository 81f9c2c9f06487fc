import { randomBytes } from 'node:crypto'

/** Random bytes in each process's prefix: enough that no two processes ever share one. */
const PREFIX_BYTES = 6

/**
 * Texts that no other call returns, here or in any other process: a random prefix and a count.
 * Random bytes for each would cost as much as the rest of a decision.
 */
export function sequence(): () => string {
  const prefix = randomBytes(PREFIX_BYTES).toString('base64url')
  let count = 0
  return () => {
    count += 1
    return prefix + count.toString(36)
  }
}
