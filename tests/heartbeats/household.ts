/**
 * One household in virtual time, and what the limiter answers it.
 */
import { Limiter, type Policy, type StreamId, type UserId } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import type { Habits } from '../../service/src/simulate/habits.ts'
import { Household, type HouseholdTally } from '../../service/src/simulate/household.ts'
import type { SeededRandom } from '../../service/src/simulate/seeded-random.ts'
import { VirtualTime } from '../../service/src/simulate/virtual-time.ts'

const DAY_MS = 86_400_000

/** Simulates the days of one household under a policy. */
export async function live(
  policy: Policy,
  { days, ...habits }: Habits & { readonly days: number },
  random: SeededRandom,
): Promise<HouseholdTally> {
  const time = new VirtualTime(0)
  let names = 0
  const newName = (kind: string) => {
    names += 1
    return `${kind}-${names}`
  }
  const limiter = new Limiter({
    store: new MemoryStore(),
    policy,
    now: time.nowMs,
    newGeneration: () => newName('generation'),
    pause: async () => {},
    random: () => random.next(),
  })
  const household = new Household({
    user: 'household' as UserId,
    max: policy.defaultPlan.limits[0]?.max ?? 0,
    habits,
    devices: Array.from({ length: habits.devices }, (_none, index) => ({ id: `device-${index}` })),
    random,
    time,
    service: {
      start: (call) => limiter.start(call),
      heartbeat: (call) => limiter.heartbeat(call),
      stop: (user, id) => limiter.stop({ user, id }),
    },
    newStreamId: () => newName('stream') as StreamId,
  })
  household.begin()
  await time.runUntil(days * DAY_MS)
  household.end()
  return household.tally
}
