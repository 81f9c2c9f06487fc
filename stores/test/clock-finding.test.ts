import { expect, it } from 'vitest'
import { clockFinding } from '../src/clock-finding.ts'
import { REDIS } from '../src/redis/engine.ts'
import { useRedis } from './redis/use-redis.ts'

const ASKED = { beforeMs: 10_000, afterMs: 10_040, coarseMs: 0, skewMaxMs: 2000 }

it.each([
  [10_000, 'ok', 'it agrees'],
  [10_040, 'ok', 'it agrees'],
  [10_041, 'ok', 'at least 1 ms behind'],
  [11_040, 'ok', 'at least 1000 ms behind'],
  [11_041, 'warning', 'at least 1001 ms behind'],
  [12_040, 'warning', 'at least 2000 ms behind'],
  [12_041, 'fault', 'at least 2001 ms behind'],
  [7999, 'fault', 'at least 2001 ms ahead of'],
])('a clock asked from 10,000 to 10,040 that says %i is %s', (theirMs, state, found) => {
  expect(clockFinding({ ...ASKED, theirMs })).toMatchObject({ state, found: expect.stringContaining(found) })
})

it('an answer in whole seconds is given the benefit of the second', () => {
  const look = { ...ASKED, coarseMs: 1000 }
  expect(clockFinding({ ...look, theirMs: 9000 })).toMatchObject({ found: expect.stringContaining('agrees') })
  expect(clockFinding({ ...look, theirMs: 8999 })).toMatchObject({
    found: expect.stringContaining('1 ms ahead'),
  })
})

const redis = useRedis()

it.each([
  [0, 'ok'],
  [60_000, 'fault'],
  [-60_000, 'fault'],
])('a Redis whose clock differs by %i ms is %s', async (offsetMs, state) => {
  const address = REDIS[0]?.parse(redis.newUrl().replace('redis:', ''))
  const { findings = [] } = (await address?.examine?.(() => Date.now() + offsetMs)) ?? {}
  expect(findings.find(({ check }) => check === 'clock')).toMatchObject({ state })
})
