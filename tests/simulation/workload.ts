/**
 * What the clients of a run ask. Each run has a profile of its own, so that one is all replacing and
 * another all lapsing, because a mixture of everything seldom gets deep into anything.
 */
import type { Generation, LeaseId, Policy, UserId } from '@streamgate/core'
import { bare, FORGETFUL_USER, PLAYBACKS, runRequest, USERS, type Playback } from './cast.ts'
import type { Errand, Request, RunRequest } from './history.ts'
import { ADAPTIVE_LEASE_RATIO, policyAfter, policyOf, type PolicyStyle } from './policies.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What a client may ask, and how often. */
const ASKS = [
  'start',
  'replace',
  'heartbeat',
  'heartbeat of a generation',
  'heartbeat that replaces',
  'report',
  'stop',
  'stop of a generation',
  'list',
  'erase',
  'come and be replaced',
  'come and go on',
  'finish',
  'refresh',
] as const
type Ask = (typeof ASKS)[number]

/** Asked more seldom than the rest, because little is left of a user after it. */
const SELDOM: ReadonlyMap<Ask, number> = new Map([
  ['erase', 0.2],
  ['finish', 0.1],
  ['refresh', 0.3],
])

/** What distinguishes one run from the next. */
export type Profile = {
  /** The policies one after the other; the limiters go from one to the next, each in its own time. */
  readonly policies: readonly [Policy, ...Policy[]]
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
  /** How long it is kept that a stream has finished. */
  readonly finishedKeptMs: number
  /** Whether users are forgotten before the end of the run is played. */
  readonly beginsAnew: boolean
}

const PLAN_FORGOTTEN_RATE = 0.1
/** How often a player says no more than its ids. */
const BARE_RATE = 0.1
const LONG_MS = 172_800_000

export function profileOf(random: SeededRandom, isPlain = random.chance(0.3)): Profile {
  const style: PolicyStyle = {
    isPlain,
    isAdaptive: !isPlain && random.chance(0.3),
    leaseMs: random.pick([null, 30, 100, 100, 300, 1000]),
  }
  const changes = isPlain ? 0 : random.pick([0, 0, 1, 2])
  const hasFinishes = !isPlain && random.chance(0.5)
  const rates = (ask: Ask) => random.pick([0.1, 0.5, 2, 10]) * (SELDOM.get(ask) ?? 1)
  return {
    policies: [policyOf(random, style), ...Array.from({ length: changes }, () => policyAfter(random, style))],
    skewMs: random.pick([0, 0, 0, 10]),
    clients: random.pick([1, 1, 2, 3, 4, 5, 6]),
    limiters: 1 + random.below(3),
    operations: 40 + random.below(60),
    users: random.pick([...USERS.keys()].flatMap((user) => [[user], [...USERS.keys()]])),
    streams: PLAYBACKS.slice(0, 2 + random.below(PLAYBACKS.length - 1)),
    asks: new Map(ASKS.map((ask) => [ask, rates(ask) * (isErrand(ask) && !hasFinishes ? 0 : 1)])),
    lossRate: random.pick([0, 0, 0.02, 0.1]),
    dawdleRate: random.pick([0, 0.1, 0.2, 0.4]),
    clockWeight: random.pick([0.01, 0.05, 0.2, 0.5]),
    clockStepMs: random.pick([1, 3, 20]) * (style.isAdaptive ? ADAPTIVE_LEASE_RATIO : 1),
    finishedKeptMs: random.pick([LONG_MS, style.isAdaptive ? 200 * ADAPTIVE_LEASE_RATIO : 200]),
    beginsAnew: random.chance(0.5),
  }
}

/** What a client asks next, one after the other; `known` gives the generations that answers have named for a lease, oldest first. */
export function nextRequests(
  random: SeededRandom,
  profile: Profile,
  known: (user: UserId, id: LeaseId) => readonly Generation[],
): readonly (Request | Errand)[] {
  const user = random.pick(profile.users)
  const playing = random.pick(profile.streams)
  const { id } = playing
  const generation = generationToName(random, known(user, id))
  const replaces = random.pick(profile.streams).id
  const run = (verb: RunRequest['verb'], also: Omit<RunRequest, keyof Playback | 'verb' | 'user'> = {}) =>
    forgettingMuch(random, runRequest(verb, user, { ...playing, ...also }))
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
    case 'report':
      return [run('heartbeat', { onlyIfHeld: true })]
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
    case 'come and go on':
      return [run('start'), run('heartbeat'), run('heartbeat'), run('heartbeat')]
    case 'finish':
      return [{ verb: 'finish', streamId: playing.stream.streamId }]
    case 'refresh':
      return [{ verb: 'refresh' }]
  }
}

function isErrand(ask: Ask): boolean {
  return ask === 'finish' || ask === 'refresh'
}

/** Mostly the newest, sometimes one that is long over. */
function generationToName(random: SeededRandom, known: readonly Generation[]): Generation | undefined {
  return random.chance(0.6) || known.length === 0 ? known.at(-1) : random.pick(known)
}

/** Some callers forget the plan, and some players what they play. */
function forgettingMuch(random: SeededRandom, request: RunRequest): RunRequest {
  const isForgotten = request.user === FORGETFUL_USER && random.chance(PLAN_FORGOTTEN_RATE)
  const isBare = request.verb === 'heartbeat' && random.chance(BARE_RATE)
  return {
    ...request,
    ...(isForgotten && { plan: undefined }),
    ...(isBare && { stream: bare(request.stream) }),
  }
}
