/** Eviction storms: however many streams start at once, all settle and the evicted stay out. */
import { Limiter, type Limit } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { raise, stormFaults, type Storm } from './storm.ts'

const SEEDS = 20
/** The share of newcomers on two limiters that may be told to retry. */
const CONTENDED_SHARE_MAX = 0.01

const PLANS: Readonly<Record<string, readonly Limit[]>> = {
  'one stream': [{ max: 1 }],
  'one stream, one television, one of a content': [
    { max: 1 },
    { max: 1, deviceType: 'tv' },
    { max: 1, per: 'contentId' },
  ],
  'two streams, one television, one a device': [
    { max: 2 },
    { max: 1, deviceType: 'tv' },
    { max: 1, per: 'deviceId' },
  ],
}
const PACES = { 'one pace': [75, 75], 'a pace by room': [375, 75] } as const
const ORDERS = { 'in any order': false, 'in step': true } as const

describe.each(Object.entries(PLANS))('an eviction storm under %s', (_title, limits) => {
  describe.each(Object.entries(PACES))('with %s', (_pace, leaseSeconds) => {
    describe.each(Object.entries(ORDERS))('and a store that answers %s', (_order, isInStep) => {
      const terms = { limits, leaseSeconds, isInStep }

      it.each([20, 60])('of %i newcomers on one limiter settles', async (newcomers) => {
        expect((await raiseAll({ ...terms, newcomers, limiters: 1 })).faults).toEqual([])
      })

      it('of 5 newcomers on a limiter each settles', async () => {
        expect((await raiseAll({ ...terms, newcomers: 5, limiters: 5 })).faults).toEqual([])
      })

      it('of 60 newcomers on two limiters settles, except for a few that are told to retry', async () => {
        const { faults, asked } = await raiseAll({ ...terms, newcomers: 60, limiters: 2 })
        const contended = faults.filter((fault) => fault.endsWith('STORE_CONTENDED'))
        expect(faults.filter((fault) => !contended.includes(fault))).toEqual([])
        expect(contended.length).toBeLessThanOrEqual(asked * CONTENDED_SHARE_MAX)
      })
    })
  })
})

async function raiseAll(storm: Omit<Storm, 'seed'>): Promise<{ faults: string[]; asked: number }> {
  const faults: string[] = []
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const run = { ...storm, seed }
    const found = stormFaults(run, await raise({ Limiter }, run))
    faults.push(...found.map((fault) => `seed ${seed}: ${fault}`))
  }
  return { faults, asked: SEEDS * storm.newcomers }
}
