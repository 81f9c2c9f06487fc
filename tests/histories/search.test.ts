import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../simulation/world/seeded-random.ts'
import type { History } from './history.ts'
import { isOrderedByTrying } from './naive-search.ts'
import { shuffledHistory } from './sequential-service.ts'
import { findOrder } from './search.ts'

const HISTORIES = 1500

describe('the search', () => {
  it('finds an order exactly if trying every order finds one', () => {
    const counts = { ordered: 0, unordered: 0 }
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const history = shuffledHistory(new SeededRandom(seed))
      const { kind } = findOrder(history)
      const expected = isOrderedByTrying(history) ? 'ordered' : 'unordered'
      expect({ seed, kind }).toEqual({ seed, kind: expected })
      counts[expected] += 1
    }
    expect(Math.min(counts.ordered, counts.unordered)).toBeGreaterThan(HISTORIES / 5)
  })

  it('gives up after the given number of states, and says so', () => {
    const history: History = shuffledHistory(new SeededRandom(1))
    expect(findOrder(history, 1).kind).toBe('undecided')
  })
})
