/**
 * What the clients of a run ask. Each run has a profile of its own, so that one is all replacing and
 * another all lapsing, because a mixture of everything seldom gets deep into anything.
 */
import {
  planOfOneLimit,
  type DeviceId,
  type Generation,
  type LeaseId,
  type Policy,
  type StreamDescription,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import type { Request, RunRequest, Terms } from './history.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What a client may ask, and how often. */
const ASKS = [
  'start',
  'replace',
  'heartbeat',
  'heartbeat of a generation',
  'heartbeat that replaces',
  'stop',
  'stop of a generation',
  'list',
  'erase',
  'come and be replaced',
] as const
type Ask = (typeof ASKS)[number]

/** What distinguishes one run from the next. */
export type Profile = {
  readonly leaseMs: number | null
  /** How far the limiters' clocks may differ. */
  readonly skewMs: number
  readonly clients: number
  readonly limiters: number
  readonly operations: number
  readonly users: readonly UserId[]
  readonly streams: readonly Playback[]
  readonly asks: ReadonlyMap<Ask, number>
  /** How likely a call, or its answer, is lost. */
  readonly lossRate: number
  /** How likely a call is one that dawdles while others overtake it. */
  readonly dawdleRate: number
  /** How readily the clock is moved, where carrying on with a call has weight 1. */
  readonly clockWeight: number
  /** The longest small step of the clock. */
  readonly clockStepMs: number
}

/** A stream a client may run, by the id that its lease must have. */
export type Playback = { readonly id: LeaseId; readonly stream: StreamDescription }

/** Streams with and without a device; two of them differ by the device alone. */
export const PLAYBACKS: readonly Playback[] = [
  playback('a'),
  playback('b', 'tv'),
  playback('b', 'phone'),
  playback('c'),
  playback('d', 'web'),
  playback('e'),
]

/** A viewer of one stream, one of the default plan's two, and one of three whose callers sometimes forget the plan. */
const USERS: ReadonlyMap<UserId, { readonly plan?: string; readonly most: number }> = new Map([
  ['user-1' as UserId, { plan: 'one', most: 1 }],
  ['user-2' as UserId, { most: 2 }],
  ['user-3' as UserId, { plan: 'three', most: 3 }],
])
const FORGETFUL_USER = 'user-3' as UserId
const PLAN_FORGOTTEN_RATE = 0.1
const DEFAULT_LIMIT = 2
const PLANS: ReadonlyMap<string, number> = new Map([
  ['one', 1],
  ['two', DEFAULT_LIMIT],
  ['three', 3],
])

export function profileOf(random: SeededRandom): Profile {
  const clients = 1 + random.below(6)
  return {
    leaseMs: random.pick([null, 30, 100, 100, 300, 1000]),
    skewMs: random.pick([0, 0, 0, 10]),
    clients,
    limiters: 1 + random.below(3),
    operations: 40 + random.below(60),
    users: random.pick([...USERS.keys()].flatMap((user) => [[user], [...USERS.keys()]])),
    streams: PLAYBACKS.slice(0, 2 + random.below(PLAYBACKS.length - 1)),
    asks: new Map(ASKS.map((ask) => [ask, random.pick([0.1, 0.5, 2, 10]) * (ask === 'erase' ? 0.1 : 1)])),
    lossRate: random.pick([0, 0, 0.02, 0.1]),
    dawdleRate: random.pick([0, 0.1, 0.2, 0.4]),
    clockWeight: random.pick([0.01, 0.05, 0.2, 0.5]),
    clockStepMs: random.pick([1, 3, 20]),
  }
}

export function policyOf({ leaseMs }: Profile): Policy {
  const plans = [...PLANS].map(([name, max]) => planOfOneLimit(name, max))
  const defaultPlan = plans.find(({ limits }) => limits[0]?.max === DEFAULT_LIMIT)
  if (defaultPlan === undefined) throw new Error('No plan has the default limit')
  const pace = { leaseMs, heartbeatSeconds: leaseMs === null ? null : leaseMs / 3000 }
  return {
    paces: { whenRoom: pace, whenFull: pace },
    defaultPlan,
    plans: new Map(plans.map((plan) => [plan.name, plan])),
  }
}

export function termsOf(profile: Profile): Terms {
  return {
    leaseMs: profile.leaseMs,
    skewMs: profile.skewMs,
    heartbeatSeconds: policyOf(profile).paces.whenRoom.heartbeatSeconds,
    plans: PLANS,
    defaultLimit: DEFAULT_LIMIT,
    mostOf: new Map([...USERS].map(([user, { most }]) => [user, most])),
  }
}

/** The request of a user to run a stream, under the user's own plan. */
export function runRequest(
  verb: RunRequest['verb'],
  user: UserId,
  playing: Playback & Pick<RunRequest, 'replaces' | 'generation'>,
): RunRequest {
  const plan = USERS.get(user)?.plan
  return { verb, user, plan, limit: limitOf(plan), ...playing }
}

/** What a client asks next, one after the other; `known` gives the generations that answers have named for a lease, oldest first. */
export function nextRequests(
  random: SeededRandom,
  profile: Profile,
  known: (user: UserId, id: LeaseId) => readonly Generation[],
): readonly Request[] {
  const user = random.pick(profile.users)
  const playing = random.pick(profile.streams)
  const { id } = playing
  const generation = generationToName(random, known(user, id))
  const replaces = random.pick(profile.streams).id
  const run = (verb: RunRequest['verb'], also: Pick<RunRequest, 'replaces' | 'generation'> = {}) =>
    forgettingPlan(random, runRequest(verb, user, { ...playing, ...also }))
  switch (random.weigh(ASKS, (ask) => profile.asks.get(ask) ?? 0)) {
    case 'start':
      return [run('start')]
    case 'replace':
      return [run('start', { replaces })]
    case 'heartbeat':
      return [run('heartbeat')]
    case 'heartbeat of a generation':
      return [run('heartbeat', { generation })]
    case 'heartbeat that replaces':
      return [run('heartbeat', { replaces })]
    case 'stop':
      return [{ verb: 'stop', user, id }]
    case 'stop of a generation':
      return [{ verb: 'stop', user, id, generation }]
    case 'list':
      return [{ verb: 'list', user }]
    case 'erase':
      return [{ verb: 'erase', user }]
    case 'come and be replaced': {
      const evictor = runRequest('start', user, { ...random.pick(profile.streams), replaces: id })
      return [run('start'), evictor, run('heartbeat')]
    }
  }
}

/** Mostly the newest, sometimes one that is long over. */
function generationToName(random: SeededRandom, known: readonly Generation[]): Generation | undefined {
  return random.chance(0.6) || known.length === 0 ? known.at(-1) : random.pick(known)
}

function forgettingPlan(random: SeededRandom, request: RunRequest): RunRequest {
  const isForgotten = request.user === FORGETFUL_USER && random.chance(PLAN_FORGOTTEN_RATE)
  return isForgotten ? { ...request, plan: undefined, limit: DEFAULT_LIMIT } : request
}

function limitOf(plan: string | undefined): number {
  return (plan === undefined ? undefined : PLANS.get(plan)) ?? DEFAULT_LIMIT
}

function playback(streamId: string, deviceId?: string): Playback {
  const stream = { streamId: streamId as StreamId, label: `${streamId} on ${deviceId ?? 'something'}` }
  return deviceId === undefined
    ? { id: streamId as LeaseId, stream }
    : { id: `${streamId}@${deviceId}` as LeaseId, stream: { ...stream, deviceId: deviceId as DeviceId } }
}
