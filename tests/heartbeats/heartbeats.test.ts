/**
 * What heartbeats cost and what they save viewers, by policy. It reproduces the table of
 * docs/heartbeats.md.
 */
import { readFileSync } from 'node:fs'
import { parsePolicy } from '@streamgate/core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HouseholdTally } from '../../service/src/simulate/household.ts'
import { SeededRandom } from '../../service/src/simulate/seeded-random.ts'
import { live } from './household.ts'

const HOUSEHOLDS = 60
const SEED = 20_261_122
const HABITS = {
  devices: 4,
  idleMinutes: 180,
  watchMinutes: 60,
  crashShare: 0.15,
  restartShare: 0.7,
  restartSeconds: 60,
  retryShare: 0.8,
  retrySeconds: 30,
  takeOverShare: 0,
  zapShare: 0,
  zapSeconds: 0,
  days: 7,
}

/** A pace, and whether a device's new stream takes the slot of its own former one. */
type Case = { readonly pace: object; readonly sameDeviceReplaces: boolean }

const EVERY_60_S = { heartbeatSeconds: 60, leaseSeconds: 180 }
const EVERY_25_S = { heartbeatSeconds: 25, leaseSeconds: 75 }
const BY_ROOM = { heartbeatSeconds: { whenRoom: 300, whenFull: 60 } }

const CASES: Readonly<Record<string, Case>> = {
  'fixed 60 s, lease 180 s': { pace: EVERY_60_S, sameDeviceReplaces: true },
  'fixed 25 s, lease 75 s': { pace: EVERY_25_S, sameDeviceReplaces: true },
  'by room: 300 s, or 60 s when full': { pace: BY_ROOM, sameDeviceReplaces: true },
  'fixed 60 s, no `deviceId`': { pace: EVERY_60_S, sameDeviceReplaces: false },
  'fixed 25 s, no `deviceId`': { pace: EVERY_25_S, sameDeviceReplaces: false },
  'by room, no `deviceId`': { pace: BY_ROOM, sameDeviceReplaces: false },
}

describe('heartbeats', () => {
  const tallies = new Map<string, HouseholdTally>()
  beforeAll(async () => {
    for (const [name, one] of Object.entries(CASES)) tallies.set(name, await tallyOf(one))
  }, 120_000)

  it('cost and save what docs/heartbeats.md says', () => {
    const table = [...tallies].map(([name, tally]) => rowOf(name, tally)).join('\n')
    process.stdout.write(`${table}\n`)
    const text = readFileSync(new URL('../../docs/heartbeats.md', import.meta.url), 'utf8')
    expect(text).toContain(table)
  })

  it('chosen by room are a third of the requests of every 60 s, whether or not starts name a device', () => {
    const [fixed, , byRoom, fixedWithout, , byRoomWithout] = [...tallies.values()]
    for (const [one, other] of [
      [byRoom, fixed],
      [byRoomWithout, fixedWithout],
    ]) {
      if (one === undefined || other === undefined) throw new Error('Nothing was simulated')
      expect(requestsPerHour(one)).toBeLessThan(requestsPerHour(other) / 2)
      expect(one.wronglyDenied / one.starts).toBeLessThan(other.wronglyDenied / other.starts)
    }
  })

  it('never send a running player away', () => {
    expect([...tallies.values()].map(({ sentAway }) => sentAway)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('wrongly deny ten times fewer viewers if starts name their device', () => {
    const [fixed, , , fixedWithout] = [...tallies.values()]
    expect(fixed?.wronglyDenied).toBeLessThan((fixedWithout?.wronglyDenied ?? 0) / 10)
  })
})

async function tallyOf({ pace, sameDeviceReplaces }: Case): Promise<HouseholdTally> {
  const policy = parsePolicy({ ...pace, plans: { standard: { limits: [{ max: 3 }], sameDeviceReplaces } } })
  const sum: HouseholdTally = {
    requests: 0,
    watchedMs: 0,
    starts: 0,
    denied: 0,
    wronglyDenied: 0,
    sentAway: 0,
  }
  for (let index = 0; index < HOUSEHOLDS; index += 1) {
    const tally = await live(policy, HABITS, new SeededRandom(SEED + index))
    for (const name of Object.keys(sum) as (keyof HouseholdTally)[]) sum[name] += tally[name]
  }
  return sum
}

function requestsPerHour({ requests, watchedMs }: HouseholdTally): number {
  return requests / (watchedMs / 3_600_000)
}

function rowOf(name: string, tally: HouseholdTally): string {
  const { starts, denied, wronglyDenied } = tally
  const wrong = ((wronglyDenied / starts) * 1000).toFixed(1)
  return `| ${name} | ${requestsPerHour(tally).toFixed(1)} | ${starts} | ${denied} | ${wronglyDenied} | ${wrong} |`
}
