/** A small part of what `npm run histories` does, for every run of the tests. */
import { describe, expect, it } from 'vitest'
import { excerptOf } from './excerpt.ts'
import { WHOLE_MIX } from './habits.ts'
import { run, type RunOptions } from './run.ts'

/**
 * Recording ends after this time, however slow the machine is. Below its floor a run proves
 * nothing.
 */
const LIMIT_MS = 60_000
const PATIENCE_MS = 240_000
const EXCERPTS_MAX = 3

const SHARES = [
  { store: 'lmdb', workers: 2, operations: 10_000, judgedMin: 6_000 },
  { store: 'lmdb', workers: 1, operations: 4_000, judgedMin: 2_000 },
  { store: 'redis', workers: 2, operations: 6_000, judgedMin: 3_000 },
  { store: 'dynamodb', workers: 1, operations: 2_000, judgedMin: 1_000 },
] as const

describe('histories of eight clients for each user', () => {
  it.each(SHARES)(
    'on $store with $workers worker(s) have an order that makes every answer true',
    async ({ store, workers, operations, judgedMin }) => {
      const options: RunOptions = {
        store,
        workers,
        operations,
        limitMs: LIMIT_MS,
        usersAtOnce: 24,
        leaseSeconds: 1,
        seed: 20_261_126,
        judges: 1,
        mix: WHOLE_MIX,
      }
      const { judged, unordered, undecided, errors } = await run(options)
      const excerpts = unordered.slice(0, EXCERPTS_MAX).map(({ history }) => excerptOf(history))
      const orders = { unordered: excerpts, undecided }
      expect(orders).toEqual({ unordered: [], undecided: [] })
      expect(errors).toBe(0)
      expect(judged).toBeGreaterThanOrEqual(judgedMin)
    },
    PATIENCE_MS,
  )
})
