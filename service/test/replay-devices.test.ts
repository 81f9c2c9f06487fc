import { parsePolicy, type UserId } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { expect, it } from 'vitest'
import { Replay } from '../src/replay/replay.ts'
import { readLogLine, type PlayableDecision } from '../src/telemetry/decision-reader.ts'

const POLICY = parsePolicy({ plans: { standard: { limits: [{ max: 9 }], devices: { max: 2 } } } })
/** So many that the first user is long gone by the last. */
const USERS = 20_100

it('a replay does not forget the devices of users who have gone', async () => {
  const store = new MemoryStore()
  const replay = new Replay({ policy: POLICY, store, skewMs: 0 })
  for (let index = 0; index < USERS; index += 1) {
    const time = new Date(Date.UTC(2026, 0, 5) + index * 100).toISOString()
    const facts = {
      verb: 'start',
      outcome: 'admitted',
      user: `user-${index}`,
      lease: 'a@tv',
      plan: 'standard',
    }
    const read = readLogLine(JSON.stringify({ msg: 'decision', time, ms: 1, ...facts }))
    await replay.play(read as PlayableDecision)
  }
  const { leases, registry } = await store.read('user-0' as UserId)
  expect([leases, registry?.devices.map(({ id }) => id)]).toEqual([[], ['tv']])
})
