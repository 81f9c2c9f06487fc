import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../simulation/world/seeded-random.ts'
import { WHOLE_MIX } from './habits.ts'
import { startLyingProxy, type LyingProxy } from './lying-proxy.ts'
import { run, type RunOptions, type RunTally } from './run.ts'

const PATIENCE_MS = 240_000
/** About one lie for every second user. */
const ONCE_IN = 120

/** With fewer, the test would prove little. */
const TOLD_MIN = 10

const OPTIONS: RunOptions = {
  store: 'memory',
  workers: 1,
  leaseSeconds: 1,
  seed: 11,
  operations: 4000,
  limitMs: PATIENCE_MS / 4,
  usersAtOnce: 8,
  judges: 1,
  mix: WHOLE_MIX,
}

/** A lie at the very instant of an expiry may be as good as the truth. */
const FOUND_SHARE_MIN = 0.9

describe('histories through a proxy that lies now and then', () => {
  it(
    'are found if they hold a false answer, and only then',
    async () => {
      const { tally, lies } = await runThroughLies()
      const found = new Set([...tally.unordered, ...tally.undecided].map(({ history }) => history.user))
      const liedTo = new Set(lies.map(({ user }) => user))
      expect([...found].filter((user) => !liedTo.has(user))).toEqual([])
      // A swallowed stop is no lie if nothing ran.
      const told = new Set(lies.filter(({ kind }) => kind !== 'stop swallowed').map(({ user }) => user))
      const foundOfTold = [...told].filter((user) => found.has(user))
      expect(told.size).toBeGreaterThanOrEqual(TOLD_MIN)
      expect(foundOfTold.length / told.size).toBeGreaterThanOrEqual(FOUND_SHARE_MIN)
    },
    PATIENCE_MS,
  )
})

async function runThroughLies(): Promise<{ tally: RunTally; lies: LyingProxy['lies'] }> {
  let lies: LyingProxy['lies'] = []
  const through = async (url: string) => {
    const proxy = await startLyingProxy(url, new SeededRandom(11), ONCE_IN)
    lies = proxy.lies
    return proxy
  }
  const tally = await run({ ...OPTIONS, through })
  return { tally, lies }
}
