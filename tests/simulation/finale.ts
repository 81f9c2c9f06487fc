import { bare, PLAYBACKS, runRequest } from './cast.ts'
import type { Errand, Request } from './history.ts'
import type { Profile } from './workload.ts'

/** What the end of a run is played on: one question at a time, nothing lost, and a clock that stands still meanwhile. */
export type Stage = {
  readonly profile: Profile
  /** Puts a question to some limiter and waits for its answer. */
  ask(asked: Request | Errand): Promise<void>
  /** Lets so much time pass. */
  pass(ms: number): void
  /** Lets all come to its end that any question so far has begun. */
  passAll(): void
  /** Lets the last grace that any answer told of come to its end. */
  passGrace(): void
}

/**
 * Looks at every user while all is quiet; then lets every lease lapse, fills the limits again, is denied or
 * evicts, lets grace run out, replaces, finishes, and looks at what became of it. Here the checker knows
 * exactly what must be answered.
 */
export async function playFinale(stage: Stage): Promise<void> {
  const { profile } = stage
  for (const user of profile.users) {
    await stage.ask({ verb: 'list', user })
    await stage.ask({ verb: 'list', user })
  }
  stage.passAll()
  for (const user of profile.users) await playUser(stage, user)
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
  const { streams, policies, beginsAnew } = stage.profile
  const [first, second] = streams
  if (first === undefined || second === undefined) return
  await stage.ask({ verb: 'list', user })
  const isEndless = policies.some(({ paces }) => paces.whenRoom.leaseMs === null)
  if (isEndless || beginsAnew) await stage.ask({ verb: 'erase', user })
  for (const playing of PLAYBACKS) {
    await stage.ask(runRequest('start', user, playing))
    stage.pass(1)
    // Whoever came first is then not the one who was silent for longest.
    await stage.ask(runRequest('heartbeat', user, first))
    stage.pass(1)
  }
  if (beginsAnew) await stage.ask({ verb: 'stop', user, id: first.id })
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
