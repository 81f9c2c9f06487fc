import {
  Limiter,
  parsePolicy,
  type DeviceId,
  type LeaseId,
  type StartResult,
  type Store,
  type StreamDescription,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { USER } from './specimens.ts'

const DAY_MS = 86_400_000
const POLICY = parsePolicy({
  leaseSeconds: 75,
  defaultPlan: 'three',
  plans: {
    three: { limits: [{ max: 9 }], devices: { max: 3 } },
    changes: { limits: [{ max: 9 }], devices: { max: 2, changes: { max: 3, days: 30 } } },
    both: { limits: [{ max: 9 }], devices: { max: 3, changes: { max: 3, days: 30 } } },
    exempt: { limits: [{ max: 9 }], devices: { max: 1, exempt: { deviceType: ['web'] } } },
    replacing: { limits: [{ max: 9 }], devices: { max: 2, whenFull: 'replace-least-recent' } },
    trial: { limits: [{ max: 9 }], devices: { max: 1 }, enforcePercent: 0 },
    tv: { limits: [{ max: 9 }, { max: 1, deviceType: 'tv' }], devices: { max: 2 } },
  },
})

let store: CountingStore
let limiter: Limiter
let nowMs: number

beforeEach(() => {
  store = new CountingStore()
  nowMs = 1_790_000_000_000
  limiter = limiterOn(store)
})

function limiterOn(kept: Store): Limiter {
  let generations = 0
  return new Limiter({
    store: kept,
    policy: POLICY,
    now: () => nowMs,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: async () => {},
    random: () => 0.5,
  })
}

/** Starts a stream of its own on a device, a second after the last one. */
function start(deviceId: string, plan = 'three', members: object = {}): Promise<StartResult> {
  nowMs += 1000
  const stream = { streamId: `film-${nowMs}`, deviceId, ...members } as StreamDescription
  return limiter.start({ user: USER, plan, stream })
}

async function devices(): Promise<readonly string[]> {
  return (await limiter.devices(USER)).devices.map(({ id }) => id)
}

describe('a start on an unknown device', () => {
  it('registers it while there is room, and is denied then with all that are registered', async () => {
    for (const id of ['tv', 'phone', 'web']) expect(await start(id)).toMatchObject({ outcome: 'admitted' })
    const denied = await start('tablet')
    expect(denied).toMatchObject({ outcome: 'device-denied', max: 3, plan: 'three', nextChangeAtMs: nowMs })
    expect(denied).toMatchObject({ devices: [{ id: 'tv' }, { id: 'phone' }, { id: 'web' }] })
    expect(await start('phone')).toMatchObject({ outcome: 'admitted' })
    expect(await devices()).toEqual(['tv', 'phone', 'web'])
  })

  it('keeps what the start says of it, and when it was used', async () => {
    await start('tv', 'three', { deviceType: 'tv', label: 'Living room' })
    const registeredAtMs = nowMs
    await start('tv')
    const {
      devices: [device],
    } = await limiter.devices(USER)
    const told = { id: 'tv', deviceType: 'tv', label: 'Living room' }
    expect(device).toEqual({ ...told, registeredAtMs, lastUsedAtMs: nowMs })
  })

  it('is refused without a device, before the store is called', async () => {
    const stream = { streamId: 'film' } as StreamDescription
    await expect(limiter.start({ user: USER, stream })).rejects.toMatchObject({ code: 'DEVICE_REQUIRED' })
    expect(store.calls).toEqual([])
  })

  it('registers in the same write, also under other limits', async () => {
    expect(await start('tv', 'tv', { deviceType: 'tv' })).toMatchObject({ outcome: 'admitted' })
    const denied = await start('tv-2', 'tv', { deviceType: 'tv' })
    expect(denied).toMatchObject({ outcome: 'denied', limit: { deviceType: 'tv' } })
    expect(await devices()).toEqual(['tv'])
  })

  it('is not noticed if its device is exempt, and needs none', async () => {
    expect(await start('tv', 'exempt')).toMatchObject({ outcome: 'admitted' })
    for (const id of ['b1', 'b2']) {
      expect(await start(id, 'exempt', { deviceType: 'web' })).toMatchObject({ outcome: 'admitted' })
    }
    const stream = { streamId: 'film', deviceType: 'web' } as StreamDescription
    expect(await limiter.start({ user: USER, plan: 'exempt', stream })).toMatchObject({ outcome: 'admitted' })
    expect(await start('phone', 'exempt')).toMatchObject({ outcome: 'device-denied' })
  })

  it('replaces the device used longest ago, but none on which a stream runs', async () => {
    await start('old', 'replacing')
    nowMs += 80_000
    await start('new', 'replacing')
    expect(await start('third', 'replacing')).toMatchObject({ outcome: 'admitted' })
    expect(await devices()).toEqual(['new', 'third'])
    expect(await start('fourth', 'replacing')).toMatchObject({ outcome: 'device-denied' })
  })

  it('is only logged outside the share of users for whom the plan is enforced', async () => {
    const stream = { streamId: 'without-a-device' } as StreamDescription
    expect(await limiter.start({ user: 'other' as UserId, plan: 'trial', stream })).toMatchObject({
      outcome: 'admitted',
    })
    expect(await start('a', 'trial')).toMatchObject({ shadow: { outcome: 'admitted' } })
    expect(await start('b', 'trial')).toMatchObject({ outcome: 'admitted', shadow: { outcome: 'denied' } })
  })
})

describe('the number of changes', () => {
  it('counts registrations in a window that slides, removed devices included', async () => {
    await start('a', 'changes')
    const firstMs = nowMs
    await start('b', 'changes')
    await limiter.removeDevice({ user: USER, deviceId: 'b' as DeviceId })
    await start('c', 'changes')
    await limiter.removeDevice({ user: USER, deviceId: 'c' as DeviceId })
    const denied = await start('d', 'changes')
    const nextChangeAtMs = firstMs + 30 * DAY_MS
    expect(denied).toMatchObject({
      outcome: 'device-denied',
      devices: [{ id: 'a' }],
      nextChangeAtMs,
      isTooSoon: true,
    })
    nowMs = nextChangeAtMs - 1001
    expect(await start('d', 'changes')).toMatchObject({ outcome: 'device-denied' })
    nowMs = nextChangeAtMs - 1000
    expect(await start('d', 'changes')).toMatchObject({ outcome: 'admitted' })
  })

  it('is the reason if both it and the number of devices are used up', async () => {
    for (const id of ['a', 'b', 'c']) await start(id, 'both')
    expect(await start('d', 'both')).toMatchObject({ outcome: 'device-denied', isTooSoon: true })
  })
})

describe('a removed device', () => {
  it('makes room, and its streams end with a reason', async () => {
    for (const id of ['tv', 'phone', 'web']) await start(id)
    const gone = { user: USER, deviceId: 'web' as DeviceId }
    const streamId = `film-${nowMs}`
    expect(await limiter.removeDevice(gone)).toEqual({ outcome: 'removed' })
    expect(await limiter.removeDevice(gone)).toEqual({ outcome: 'unknown' })
    const stream = { streamId, deviceId: 'web' } as StreamDescription
    expect(await limiter.heartbeat({ user: USER, stream })).toEqual({
      outcome: 'ended',
      reason: 'This device was removed from the account.',
    })
    expect(await start('tablet')).toMatchObject({ outcome: 'admitted' })
    await limiter.removeDevice({ user: USER })
    expect(await devices()).toEqual([])
    expect((await limiter.list(USER)).live).toEqual([])
  })

  it('is forgotten with the user', async () => {
    await start('tv')
    await limiter.erase(USER)
    expect(await devices()).toEqual([])
  })
})

describe('a name of a device', () => {
  it('is kept, and may be removed', async () => {
    await start('tv', 'three', { label: 'TV' })
    const named = { user: USER, deviceId: 'tv' as DeviceId }
    expect(await limiter.nameDevice({ ...named, label: 'Bedroom' })).toMatchObject({
      outcome: 'named',
      device: { label: 'Bedroom' },
    })
    await limiter.nameDevice({ ...named, label: null })
    expect((await limiter.devices(USER)).devices[0]).not.toHaveProperty('label')
    expect(await limiter.nameDevice({ ...named, deviceId: 'x' as DeviceId, label: 'y' })).toEqual({
      outcome: 'unknown',
    })
  })
})

describe('calls to the store', () => {
  it('are one for a start on a known device, and two for one on an unknown device', async () => {
    await start('tv')
    store.calls.length = 0
    await start('tv', 'three', { streamId: 'again' })
    expect(store.calls).toHaveLength(2)
    await limiter.stop({ user: USER, id: 'again@tv' as LeaseId })
    store.calls.length = 0
    await start('tv')
    expect(store.calls).toEqual(['add'])
  })
})

describe('a heartbeat whose lease is gone', () => {
  it('does not register a device beyond the plan', async () => {
    for (const id of ['tv', 'phone', 'web']) await start(id)
    const stream = { streamId: 'film', deviceId: 'tablet' } as StreamDescription
    expect(await limiter.heartbeat({ user: USER, stream })).toMatchObject({ outcome: 'device-denied' })
    const nameless = { streamId: 'film' } as StreamDescription
    expect(await limiter.heartbeat({ user: USER, stream: nameless })).toMatchObject({ outcome: 'ended' })
  })
})

describe('many starts at once', () => {
  it('never register more devices than the plan allows', async () => {
    const shared = new MemoryStore()
    const limiters = [1, 2, 3].map(() => limiterOn(shared))
    for (let round = 0; round < 20; round += 1) {
      const user = `user-${round}` as UserId
      const results = await Promise.all(
        Array.from({ length: 30 }, (_, index) => {
          const stream = { streamId: `s${index}`, deviceId: `d${index % 10}` } as StreamDescription
          return (limiters[index % 3] as Limiter).start({ user, stream })
        }),
      )
      const admitted = results.flatMap((one) => (one.outcome === 'admitted' ? [one.lease.deviceId] : []))
      expect(new Set(admitted).size).toBe(3)
      expect((await limiterOn(shared).devices(user)).devices).toHaveLength(3)
    }
  })
})
