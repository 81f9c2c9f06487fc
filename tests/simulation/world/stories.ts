/** The stories of the clients: what each does, as a sequence of requests. */
import type { Generation, LeaseId, ReportFacts, UserId } from '@streamgate/core'
import { ADVERT, CHANNELS, reportRequest, reportedContentOf, runRequest, type Playback } from './cast.ts'
import type { Errand, PlayedOutRequest, Request, RunRequest } from '../history.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What a client may do. */
export const ASKS = [
  'start',
  'replace',
  'heartbeat',
  'heartbeat of a generation',
  'heartbeat that replaces',
  'report',
  'film ends',
  'stop',
  'stop of a generation',
  'operator stop',
  'list',
  'erase',
  'start and be replaced',
  'start and keep playing',
  'start and stop',
  'switch on a device',
  'zap',
  'finish',
  'refresh',
] as const
export type Ask = (typeof ASKS)[number]

/** What answers have shown so far. `known` gives a lease's generations, oldest first. */
export type Seen = {
  readonly known: (user: UserId, id: LeaseId) => readonly Generation[]
  readonly nowMs: number
}

/** The user of a story, and what it may choose from. */
export type Story = {
  readonly random: SeededRandom
  readonly seen: Seen
  readonly user: UserId
  readonly streams: readonly Playback[]
  readonly playersAheadMs: number
}

/** Whether it is about no user. */
export function isErrandAsk(ask: Ask): boolean {
  return ask === 'finish' || ask === 'refresh'
}

/** How many channels a viewer zaps through: more than a roster keeps notes. */
const CHANNELS_ZAPPED = 18
const OPERATORS = [{}, { reason: 'Payment failed' }, { reason: 'Household rules' }]

/** The requests of one story. */
export function requestsOf(ask: Ask, story: Story): readonly (Request | Errand)[] {
  const { random, seen, user, streams } = story
  const playing = random.pick(streams)
  const { id } = playing
  const generation = generationToName(random, seen.known(user, id))
  const replaces = random.pick(streams).id
  const run = (verb: RunRequest['verb'], also: Omit<RunRequest, keyof Playback | 'verb' | 'user'> = {}) =>
    runRequest(verb, user, { ...playing, ...also })
  switch (ask) {
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
      return [reportRequest(user, playing, reportBy(story, playing, { inMs: random.pick([0, 0, -3]) }))]
    case 'film ends':
      return filmEnds(story, playing)
    case 'stop':
      return [{ verb: 'stop', user, id }]
    case 'stop of a generation':
      return [{ verb: 'stop', user, id, generation }]
    case 'operator stop':
      return operatorStops(story, playing, generation)
    case 'list':
      return [{ verb: 'list', user }]
    case 'erase':
      return [{ verb: 'erase', user }]
    case 'start and be replaced': {
      const evictor = runRequest('start', user, { ...random.pick(streams), replaces: id })
      return [run('start'), evictor, run('heartbeat')]
    }
    case 'start and keep playing':
      return [run('start'), run('heartbeat'), run('heartbeat'), run('heartbeat')]
    case 'start and stop': {
      const next = random.pick(streams)
      const first = [run('start'), { verb: 'stop', user, id } as const]
      const second = [runRequest('start', user, next), { verb: 'stop', user, id: next.id } as const]
      return [...first, ...(random.chance(0.3) ? second : []), run('heartbeat')]
    }
    case 'switch on a device':
      return changesOnDevice(story)
    case 'zap':
      return zapping(story)
    case 'finish':
      return [{ verb: 'finish', streamId: playing.stream.streamId }]
    case 'refresh':
      return [{ verb: 'refresh' }]
  }
}

/** What a player reports in `inMs` milliseconds: mostly its own content, sometimes an advert's. */
function reportBy(
  { random, seen, playersAheadMs }: Story,
  { stream }: Playback,
  {
    inMs,
    isAdvert = random.chance(0.15),
  }: { readonly inMs: number; readonly isAdvert?: boolean | undefined },
): ReportFacts {
  return {
    ...(random.chance(0.9) && { reportedContentId: isAdvert ? ADVERT : reportedContentOf(stream) }),
    ...(random.chance(0.9) && { reportedAtMs: seen.nowMs + playersAheadMs + inMs }),
  }
}

/** A film is watched to its end, and perhaps rewound. Reports may be late, or about an advert. */
function filmEnds(story: Story, playing: Playback): readonly Request[] {
  const { random, user } = story
  const { id } = playing
  const report = (inMs: number) => reportRequest(user, playing, reportBy(story, playing, { inMs }))
  const isOver = (inMs: number, isAdvert?: boolean): PlayedOutRequest => {
    return { verb: 'played-out', user, id, report: reportBy(story, playing, { inMs, isAdvert }) }
  }
  const begin = random.chance(0.7) ? [runRequest('start', user, playing)] : []
  return random.pick([
    [...begin, report(0), isOver(1), report(0), report(2), runRequest('heartbeat', user, playing)],
    [...begin, report(2), isOver(1, true), isOver(1), runRequest('heartbeat', user, playing)],
    [...begin, isOver(1), runRequest('heartbeat', user, playing), report(1)],
    [isOver(0)],
  ])
}

/** An operator stops a stream, and its player does not know. */
function operatorStops(
  { random, user }: Story,
  playing: Playback,
  generation: Generation | undefined,
): readonly Request[] {
  const byOperator = random.pick(OPERATORS)
  const isNamed = random.chance(0.2) && generation !== undefined
  const stop = { verb: 'stop', user, id: playing.id, byOperator, ...(isNamed && { generation }) } as const
  const goesOn = runRequest('heartbeat', user, playing)
  return random.pick([
    [stop],
    [stop, goesOn],
    [stop, { ...goesOn, generation }],
    [runRequest('start', user, playing), stop, goesOn],
  ])
}

/** A device switches between two streams, while the player of the stream it left may continue. */
function changesOnDevice({ random, user, streams }: Story): readonly Request[] {
  const one = random.pick(streams)
  const { deviceId } = one.stream
  const isOther = ({ id, stream }: Playback) => id !== one.id && stream.deviceId === deviceId
  const other = deviceId === undefined ? undefined : streams.find(isOther)
  const start = (playing: Playback) => runRequest('start', user, playing)
  const goOn = (playing: Playback) => runRequest('heartbeat', user, playing)
  if (other === undefined) return [start(one)]
  return random.pick([
    [start(one), start(other), goOn(one)],
    [start(one), goOn(other), start(one), goOn(other), start(one)],
  ])
}

/** A viewer zaps. The players of the first channels are slow and continue. */
function zapping({ random, user }: Story): readonly Request[] {
  const zapped = CHANNELS.slice(0, CHANNELS_ZAPPED)
  const isAsked = random.chance(0.7)
  const starts = zapped.map((channel, index) =>
    runRequest('start', user, { ...channel, replaces: isAsked ? zapped[index - 1]?.id : undefined }),
  )
  const slow = [zapped[0], zapped[1], random.pick(zapped)].filter((channel) => channel !== undefined)
  return [...starts, ...slow.map((channel) => runRequest('heartbeat', user, channel))]
}

/** Mostly the newest generation, sometimes one that ended long ago. */
function generationToName(random: SeededRandom, known: readonly Generation[]): Generation | undefined {
  return random.chance(0.6) || known.length === 0 ? known.at(-1) : random.pick(known)
}
