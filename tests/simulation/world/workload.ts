/**
 * What the clients of a run ask. Each run has its own profile. One run mostly replaces streams and
 * another mostly lets them expire, because an even mixture seldom reaches a deep state.
 */
import type { Policy, UserId } from '@streamgate/core'
import { CHANNELS, CROWDS, FORGETFUL_USER, PLAYBACKS, USERS, bare, type Playback } from './cast.ts'
import type { Errand, Request, RunRequest } from '../history.ts'
import { ADAPTIVE_LEASE_RATIO, policyAfter, policyOf, type PolicyStyle } from './policies.ts'
import type { SeededRandom } from './seeded-random.ts'
import { ASKS, isErrandAsk, requestsOf, type Ask, type Seen } from './stories.ts'

/** These are asked less often, because they leave little of a user's state behind. */
const SELDOM: ReadonlyMap<Ask, number> = new Map([
  ['erase', 0.2],
  ['operator stop', 0.5],
  ['finish', 0.1],
  ['refresh', 0.3],
])

/** In a crowd, requests that take and free slots matter more than requests that only report. */
const SELDOM_IN_A_CROWD: ReadonlyMap<Ask, number> = new Map([
  ...SELDOM,
  ...(['report', 'film ends', 'operator stop', 'list', 'stop of a generation'] as const).map(
    (ask) => [ask, 0.1] as const,
  ),
])

/** What distinguishes one run from another. */
export type Profile = {
  /** The policies, one after another. Each limiter moves on in its own time. */
  readonly policies: readonly [Policy, ...Policy[]]
  /** How far the limiters' clocks may differ. */
  readonly skewMs: number
  readonly clients: number
  readonly limiters: number
  readonly operations: number
  readonly users: readonly UserId[]
  readonly streams: readonly Playback[]
  readonly asks: ReadonlyMap<Ask, number>
  /** Whether viewers zap through more channels than a roster keeps notes. */
  readonly hasZapping: boolean
  /** How far the players' clocks are ahead. They date the reports. */
  readonly playersAheadMs: number
  /** How often a heartbeat does not name its plan, and how often it gives only its ids. */
  readonly planlessRate: number
  readonly bareRate: number
  /** How likely a call or its answer is lost. */
  readonly lossRate: number
  /** How likely a call is slow, so that others overtake it. */
  readonly slowRate: number
  /** How readily the clock moves. The weight of advancing a call is 1. */
  readonly clockWeight: number
  /** The longest small step of the clock. */
  readonly clockStepMs: number
  /** How long the note that a stream finished is kept. */
  readonly finishedKeptMs: number
  /** Whether users are erased before the end of the run is played. */
  readonly startsEmpty: boolean
}

/** How often a start of the forgetful user does not name its plan. */
const PLAN_FORGOTTEN_RATE = 0.1
const LONG_MS = 172_800_000

/**
 * `isCrowded` asks for plans that only limit a count, and for clients that compete for a few
 * streams.
 */
export function profileOf(random: SeededRandom, isCrowded = false): Profile {
  const isPlain = isCrowded || random.chance(0.3)
  const style: PolicyStyle = {
    isPlain,
    isAdaptive: !isPlain && random.chance(0.3),
    hasOnePlan: random.chance(0.2),
    leaseMs: random.pick([null, 30, 100, 100, 300, 1000]),
  }
  const changes = isPlain ? 0 : random.pick([0, 0, 1, 2])
  const hasFinishes = !isPlain && random.chance(0.5)
  const hasZapping = random.chance(0.1)
  const played = isCrowded
    ? [...random.pick(CROWDS)]
    : PLAYBACKS.slice(0, 2 + random.below(PLAYBACKS.length - 1))
  const seldom = isCrowded ? SELDOM_IN_A_CROWD : SELDOM
  const rates = (ask: Ask) => random.pick([0.1, 0.5, 2, 10]) * (seldom.get(ask) ?? 1)
  const isAsked = (ask: Ask) => (isErrandAsk(ask) ? hasFinishes : ask !== 'zap' || hasZapping)
  return {
    policies: [policyOf(random, style), ...Array.from({ length: changes }, () => policyAfter(random, style))],
    skewMs: random.pick([0, 0, 0, 10]),
    clients: random.pick(isCrowded ? [2, 3, 4, 5, 6] : [1, 1, 2, 3, 4, 5, 6]),
    limiters: 1 + random.below(3),
    operations: 40 + random.below(60),
    users: random.pick(
      [...USERS.keys()].flatMap((user) => (isCrowded ? [[user]] : [[user], [...USERS.keys()]])),
    ),
    streams: hasZapping ? [...played.slice(0, 2), ...CHANNELS] : played,
    asks: new Map(ASKS.map((ask) => [ask, isAsked(ask) ? rates(ask) : 0])),
    hasZapping,
    playersAheadMs: random.pick([0, 0, 5, -5, 100, -LONG_MS]),
    planlessRate: random.pick([0, 0.3, 1]),
    bareRate: random.pick([0.1, 0.1, 0.5]),
    lossRate: random.pick(isCrowded ? [0, 0, 0.02] : [0, 0, 0.02, 0.1]),
    slowRate: random.pick(isCrowded ? [0.1, 0.2, 0.4] : [0, 0.1, 0.2, 0.4]),
    clockWeight: random.pick(isCrowded ? [0.01, 0.05, 0.2] : [0.01, 0.05, 0.2, 0.5]),
    clockStepMs: random.pick([1, 3, 20]) * (style.isAdaptive ? ADAPTIVE_LEASE_RATIO : 1),
    finishedKeptMs: random.pick([LONG_MS, style.isAdaptive ? 200 * ADAPTIVE_LEASE_RATIO : 200]),
    startsEmpty: random.chance(0.5),
  }
}

/** What a client asks next, in order. */
export function nextRequests(
  random: SeededRandom,
  profile: Profile,
  seen: Seen,
): readonly (Request | Errand)[] {
  const ask = random.weigh(ASKS, (each) => profile.asks.get(each) ?? 0)
  const story = { random, seen, ...profile, user: random.pick(profile.users) }
  return requestsOf(ask, story).map((asked) =>
    asPolicyAsks(profile, 'stream' in asked ? forgettingMuch(random, profile, asked) : asked),
  )
}

/** The request as its caller sends it. If the policy has only one plan, callers do not name it. */
export function asPolicyAsks({ policies: [{ plans }] }: Profile, asked: Request | Errand): Request | Errand {
  return 'stream' in asked && plans.size === 1 ? { ...asked, plan: undefined } : asked
}

/** Some callers forget the plan, and some players do not say what they play. */
function forgettingMuch(
  random: SeededRandom,
  { planlessRate, bareRate }: Profile,
  request: RunRequest,
): RunRequest {
  const isHeartbeat = request.verb === 'heartbeat'
  const forgottenRate = request.user === FORGETFUL_USER ? PLAN_FORGOTTEN_RATE : 0
  const isForgotten = random.chance(isHeartbeat ? planlessRate : forgottenRate)
  const isBare = isHeartbeat && random.chance(bareRate)
  return {
    ...request,
    ...(isForgotten && { plan: undefined }),
    ...(isBare && { stream: bare(request.stream) }),
  }
}
