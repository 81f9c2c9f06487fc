import {
  ADVERT,
  bare,
  CHANNELS,
  PLAYBACKS,
  reportedContentOf,
  reportRequest,
  runRequest,
  type Playback,
} from './cast.ts'
import type { Errand, Request } from '../history.ts'
import type { Profile } from './workload.ts'

/**
 * Plays the end of a run: one request at a time, no losses, and a clock that moves only between
 * requests.
 */
export type Stage = {
  readonly profile: Profile
  /** Sends a request to some limiter and waits for the answer. */
  ask(asked: Request | Errand): Promise<void>
  /** Moves the clock forward by this much. */
  pass(ms: number): void
  /** Lets every lease expire that the last answer with leases showed. */
  passLapse(): void
  /** Lets every lease, note and grace of the run expire. */
  passAll(): void
  /** Lets every grace expire that any answer mentioned. */
  passGrace(): void
}

/**
 * Checks every user while nothing else happens. It lets every lease expire and fills the limits
 * again, so that starts are denied or evict. Then it lets graces run out, replaces and finishes
 * streams, and lists what is left. At this point the checker knows the only right answer.
 */
export async function playFinale(stage: Stage): Promise<void> {
  const { profile } = stage
  for (const user of profile.users) {
    await stage.ask({ verb: 'list', user })
    await stage.ask({ verb: 'list', user })
  }
  stage.passAll()
  for (const user of profile.users) {
    await playUser(stage, user)
    await playNotes(stage, user)
    if (profile.hasZapping) await playZapping(stage, user)
  }
  const [first] = profile.streams
  if (first === undefined) return
  const { streamId } = first.stream
  await stage.ask({ verb: 'finish', streamId })
  for (let times = 0; times < profile.limiters; times += 1) await stage.ask({ verb: 'refresh' })
  for (const user of profile.users) {
    await stage.ask({ verb: 'list', user })
    for (const playing of PLAYBACKS.toReversed()) await stage.ask(runRequest('start', user, playing))
    await stage.ask(runRequest('heartbeat', user, first))
  }
}

async function playUser(stage: Stage, user: Profile['users'][number]): Promise<void> {
  const { streams, policies, startsEmpty } = stage.profile
  const [first, second] = streams
  if (first === undefined || second === undefined) return
  await stage.ask({ verb: 'list', user })
  const isEndless = policies.some(({ paces }) => paces.whenRoom.leaseMs === null)
  if (isEndless || startsEmpty) await stage.ask({ verb: 'erase', user })
  for (const playing of PLAYBACKS) {
    await stage.ask(runRequest('start', user, playing))
    stage.pass(1)
    // This makes the oldest stream differ from the one that was silent for longest.
    await stage.ask(runRequest('heartbeat', user, first))
    stage.pass(1)
  }
  if (startsEmpty) await stage.ask({ verb: 'stop', user, id: first.id })
  for (const playing of PLAYBACKS) {
    if (playing !== first) await stage.ask(runRequest('heartbeat', user, playing))
  }
  stage.passGrace()
  for (const { id, stream } of PLAYBACKS) {
    await stage.ask(runRequest('heartbeat', user, { id, stream: bare(stream) }))
  }
  for (const playing of PLAYBACKS.slice(-3)) await stage.ask(runRequest('start', user, playing))
  await stage.ask(runRequest('start', user, { ...second, replaces: first.id }))
  await stage.ask(runRequest('heartbeat', user, first))
  await stage.ask({ verb: 'stop', user, id: second.id })
  await stage.ask(runRequest('heartbeat', user, first))
  await stage.ask({ verb: 'list', user })
}

/**
 * Ends streams in every way: they expire, they are stopped by a player or an operator, and they
 * play out. Afterwards each player sends one more heartbeat.
 */
async function playNotes(stage: Stage, user: Profile['users'][number]): Promise<void> {
  const [first, second, third] = PLAYBACKS
  if (first === undefined || second === undefined || third === undefined) return
  const start = (playing: Playback) => stage.ask(runRequest('start', user, playing))
  const goOn = ({ id, stream }: Playback) =>
    stage.ask({ ...runRequest('heartbeat', user, { id, stream: bare(stream) }), plan: undefined })
  const stop = ({ id }: Playback) => stage.ask({ verb: 'stop', user, id })
  await stage.ask({ verb: 'erase', user })
  // The note on the eviction outlives the note on the stop. It must not apply again.
  await start(second)
  await stage.ask(runRequest('start', user, { ...third, replaces: second.id }))
  await stop(third)
  await start(second)
  await stop(second)
  stage.passLapse()
  await stage.ask(runRequest('start', user, { ...first, replaces: third.id }))
  await goOn(second)
  await stage.ask({ verb: 'erase', user })
  await start(first)
  await start(second)
  stage.passLapse()
  // A start that replaces writes the whole roster, without the expired leases.
  await stage.ask(runRequest('start', user, { ...third, replaces: PLAYBACKS.at(-1)?.id }))
  await goOn(first)
  await stop(third)
  await goOn(first)
  await stop(second)
  await goOn(second)
  await goOn(third)
  await stage.ask({ verb: 'stop', user, id: first.id, byOperator: { reason: 'Payment failed' } })
  await goOn(first)
  await start(first)
  const playedOut = (reportedContentId: string, reportedAtMs: number) =>
    stage.ask({ verb: 'played-out', user, id: first.id, report: { reportedContentId, reportedAtMs } })
  const report = (reportedAtMs: number) =>
    stage.ask(reportRequest(user, first, { reportedContentId: own, reportedAtMs }))
  const own = reportedContentOf(first.stream)
  await report(10)
  await playedOut(ADVERT, 12)
  await playedOut(own, 9)
  await playedOut(own, 10)
  await goOn(first)
  await report(10)
  await report(11)
  await playedOut(own, 11)
  await stop(first)
  await report(12)
}

/**
 * Zaps through more channels than a roster keeps notes, then sends a heartbeat for each channel.
 */
async function playZapping(stage: Stage, user: Profile['users'][number]): Promise<void> {
  await stage.ask({ verb: 'erase', user })
  for (const [place, channel] of CHANNELS.entries()) {
    const replaces = CHANNELS[place - 1]?.id
    await stage.ask(runRequest('start', user, { ...channel, replaces }))
  }
  for (const channel of CHANNELS) await stage.ask(runRequest('heartbeat', user, channel))
}
