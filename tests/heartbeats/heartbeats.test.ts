/**
 * What heartbeats cost and what they spare viewers, by policy: the table of docs/heartbeats.md, made again.
 */
import { readFileSync } from 'node:fs'
import { parsePolicy } from '@streamgate/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../simulation/seeded-random.ts'
import { live, type Habits, type Tally } from './household.ts'

const HOUSEHOLDS = 60
const SEED = 20_261_122
const HABITS: Habits = {
  devices: 4,
  idleMinutes: 180,
  watchMinutes: 60,
  crashShare: 0.15,
  restartShare: 0.7,
  restartSeconds: 60,
  retryShare: 0.8,
  retrySeconds: 30,
  days: 7,
}

const PACES: Readonly<Record<string, unknown>> = {
  'fixed 60 s, lease 180 s': { heartbeatSeconds: 60, leaseSeconds: 180 },
  'fixed 25 s, lease 75 s': { heartbeatSeconds: 25, leaseSeconds: 75 },
  'by room: 300 s, or 60 s when full': { heartbeatSeconds: { whenRoom: 300, whenFull: 60 } },
}

describe('heartbeats', () => {
  const tallies = new Map<string, Tally>()
  beforeAll(async () => {
    for (const [name, pace] of Object.entries(PACES)) tallies.set(name, await tallyOf(pace))
  }, 120_000)

  it('cost and spare what docs/heartbeats.md says', () => {
    const table = [...tallies].map(([name, tally]) => rowOf(name, tally)).join('\n')
    process.stdout.write(`${table}\n`)
    const text = readFileSync(new URL('../../docs/heartbeats.md', import.meta.url), 'utf8')
    expect(text).toContain(table)
  })

  it('chosen by room are fewer requests and fewer wrong denials than every 60 s', () => {
    const [fixed, , byRoom] = [...tallies.values()]
    if (fixed === undefined || byRoom === undefined) throw new Error('Nothing was simulated')
    expect(requestsPerHour(byRoom)).toBeLessThan(requestsPerHour(fixed) / 2)
    expect(byRoom.wronglyDenied / byRoom.starts).toBeLessThan(fixed.wronglyDenied / fixed.starts)
  })
})

async function tallyOf(pace: unknown): Promise<Tally> {
  const policy = parsePolicy({ ...(pace as object), plans: { standard: { limits: [{ max: 3 }] } } })
  const sum: Tally = { requests: 0, watchedMs: 0, starts: 0, denied: 0, wronglyDenied: 0 }
  for (let index = 0; index < HOUSEHOLDS; index += 1) {
    const tally = await live(policy, HABITS, new SeededRandom(SEED + index))
    for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += tally[name]
  }
  return sum
}

function requestsPerHour({ requests, watchedMs }: Tally): number {
  return requests / (watchedMs / 3_600_000)
}

function rowOf(name: string, tally: Tally): string {
  const { starts, denied, wronglyDenied } = tally
  const wrong = ((wronglyDenied / starts) * 1000).toFixed(1)
  return `| ${name} | ${requestsPerHour(tally).toFixed(1)} | ${starts} | ${denied} | ${wronglyDenied} | ${wrong} |`
}
