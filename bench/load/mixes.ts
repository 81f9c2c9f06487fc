/** What viewers ask of a server: the mixes of calls, as a sequence and as HTTP requests. */

export type Verb = 'start' | 'heartbeat' | 'stop'

/** A sequence of calls that is repeated, each time for another viewer. */
export type Mix = { readonly name: string; readonly title: string; readonly verbs: readonly Verb[] }

export const MIXES: readonly Mix[] = [
  { name: 'starts', title: 'starts', verbs: ['start'] },
  {
    name: 'session',
    title: 'start, 8 heartbeats, stop',
    verbs: ['start', ...Array<Verb>(8).fill('heartbeat'), 'stop'],
  },
  { name: 'zapping', title: 'start, stop', verbs: ['start', 'stop'] },
]

/** @throws {Error} if there is none of this name. */
export function mixNamed(name: string): Mix {
  const mix = MIXES.find((each) => each.name === name)
  if (mix === undefined) throw new Error(`There is no mix "${name}"`)
  return mix
}

/** As many users as one process has on a busy evening. */
export const USERS = 100_000
/** A prime, so that consecutive viewers are not neighbours in the store. */
const STRIDE = 7919
/** As many as the built-in plan allows. No start is refused. */
const STREAMS_PER_USER = 3
/**
 * So many viewers take turns. A viewer's calls are so far apart that the one before has been
 * answered, whichever connections they use.
 */
const VIEWERS_AT_ONCE = 1000

/** Enough for some seconds of the fastest server, and a file of 60 MB. */
const CALLS_MAX = 600_000

/** One call of one viewer. */
export type Call = { readonly verb: Verb; readonly user: string; readonly stream: string }

/** How many users there are, and how many of their streams are played in the sequence. */
export type Crowd = { readonly users: number; readonly viewers: number }

/** Each of many users plays three streams, unless the mix is so long that fewer are enough. */
export function crowdOf({ verbs }: Mix, users: number = USERS): Crowd {
  return { users, viewers: Math.min(users * STREAMS_PER_USER, Math.ceil(CALLS_MAX / verbs.length)) }
}

/** The sequence in which each viewer once does what the mix says. Repeat it for more calls. */
export function* callsOf({ verbs }: Mix, { users, viewers }: Crowd): Generator<Call> {
  const atOnce = Math.min(VIEWERS_AT_ONCE, users)
  const turns = (Math.ceil(viewers / atOnce) + 1) * verbs.length
  for (let turn = 0; turn < turns; turn += 1) {
    for (let place = 0; place < atOnce; place += 1) {
      // The places are at different steps, so that all verbs of the mix are always under way.
      const step = turn - (place % verbs.length)
      const verb = verbs[step % verbs.length]
      const viewer = Math.floor(step / verbs.length) * atOnce + place
      if (viewer < viewers && verb !== undefined) yield { verb, ...viewerOf(viewer, users) }
    }
  }
}

/** The user and the stream of the nth viewer. */
export function viewerOf(number: number, users: number): { user: string; stream: string } {
  return {
    user: `user-${(number * STRIDE) % users}`,
    stream: `stream-${Math.floor(number / users) % STREAMS_PER_USER}`,
  }
}

/** The bytes of the call as an HTTP request. */
export function requestOf({ verb, user, stream }: Call): string {
  const path = `/users/${user}/streams`
  if (verb === 'stop') return `DELETE ${path}/${stream} HTTP/1.1\r\nhost: bench\r\n\r\n`
  if (verb === 'heartbeat')
    return `PUT ${path}/${stream} HTTP/1.1\r\nhost: bench\r\ncontent-length: 0\r\n\r\n`
  const body = `{"streamId":"${stream}"}`
  const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json`
  return `${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}
