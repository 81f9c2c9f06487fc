import { parsePolicy } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { describe, expect, it } from 'vitest'
import { readLogLine } from '../src/telemetry/decision-reader.ts'
import { Replay } from '../src/replay/replay.ts'
import type { ReplayTally } from '../src/replay/replay-tally.ts'

const EPOCH_MS = Date.parse('2026-11-22T02:00:00.000Z')

type Members = Readonly<Record<string, unknown>>

/** A line of the log, written `atMs` after the beginning. */
function line(atMs: number, members: Members): string {
  const time = new Date(EPOCH_MS + atMs).toISOString()
  return JSON.stringify({ time, user: 'user', plan: 'standard', ms: 0.4, ...members, msg: 'decision' })
}

const start = (atMs: number, lease: string, rest: Members = {}) =>
  line(atMs, { verb: 'start', outcome: 'admitted', lease, ...rest })
const heartbeat = (atMs: number, lease: string, rest: Members = {}) =>
  line(atMs, { verb: 'heartbeat', outcome: 'renewed', lease, ...rest })

/** The result of these lines under a policy. */
async function played(policy: object, lines: readonly string[]): Promise<ReplayTally> {
  const replay = new Replay({ policy: parsePolicy(policy), store: new MemoryStore(), skewMs: 0 })
  for (const text of lines) {
    const read = readLogLine(text)
    if (typeof read === 'string' || read.verb === 'lapse') throw new Error(`no call: ${text}`)
    await replay.play(read)
  }
  await replay.end()
  return replay.tally
}

const HOME = {
  plans: { standard: { limits: [{ max: 2 }, { max: 1, distinct: 'network' }, { max: 1, per: 'profile' }] } },
}

describe('a replay under a policy on attributes', () => {
  it('decides by the attributes, the network and the streams to replace that the log has', async () => {
    const rule = { max: 1, distinct: 'network' }
    const tally = await played(HOME, [
      start(0, 'a', { network: 'n1', attributes: { profile: 'kids%20%26%20co' } }),
      start(1000, 'b', { network: 'n1', attributes: { profile: 'adults' } }),
      start(2000, 'c', { outcome: 'denied', network: 'n2', active: 2, rule }),
      heartbeat(3000, 'a', { networkChanged: true }),
      start(4000, 'c', { network: 'n2', replaces: ['a', 'b'], ends: ['a', 'b'] }),
      start(5000, 'd', { outcome: 'denied', network: 'n1', active: 1, rule }),
    ])
    expect(tally.plans.get('standard')).toMatchObject({
      starts: { logged: 5, replayed: 5 },
      refused: { logged: 2, replayed: 2 },
    })
    expect(tally.starts).toEqual({ newlyRefused: 0, newlyAdmitted: 0 })
  })

  it('denies a start that lacks what the log does not have', async () => {
    const strict = { plans: { standard: { limits: [{ max: 2, distinct: 'network', missing: 'deny' }] } } }
    const tally = await played(strict, [start(0, 'a'), start(1000, 'b', { network: 'n1' })])
    expect(tally.starts).toEqual({ newlyRefused: 1, newlyAdmitted: 0 })
  })
})
