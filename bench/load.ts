/** One measured stretch of load against one server, by autocannon. */
import autocannon from 'autocannon'

/** The result of a stretch. */
export type Stretch = {
  readonly answers: number
  readonly seconds: number
  readonly latenciesMs: readonly number[]
  /** Answers that were neither 2xx nor 409. */
  readonly faults: number
}

/** A sequence of calls that each connection repeats, each time for another user. */
export type Mix = { readonly name: string; readonly verbs: readonly ('start' | 'heartbeat' | 'stop')[] }

export const MIXES: readonly Mix[] = [
  { name: 'starts', verbs: ['start'] },
  { name: 'start, 8 heartbeats, stop', verbs: ['start', ...Array(8).fill('heartbeat'), 'stop'] },
  { name: 'start, stop (zapping)', verbs: ['start', 'stop'] },
]

/** As many users as one process has on a busy evening. */
const USERS = 100_000
/** Coprime to the number of users, so that consecutive users are not neighbours in the store. */
const STRIDE = 7919

let viewers = 0

/** The next viewer: another user each time, with one of three streams. */
export function nextViewer(): { readonly user: string; readonly stream: string } {
  viewers += 1
  return { user: `user-${(viewers * STRIDE) % USERS}`, stream: `stream-${viewers % 3}` }
}

/**
 * How many connections, for how long, and how many requests a second if not as many as possible.
 */
export type Shape = {
  readonly connections: number
  readonly seconds: number
  readonly requestsPerSecond?: number
}

/** Loads one server with the mix. */
export async function load(url: string, mix: Mix, shape: Shape): Promise<Stretch> {
  const latenciesMs: number[] = []
  let faults = 0
  const startedAt = performance.now()
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections: shape.connections,
        duration: shape.seconds,
        ...(shape.requestsPerSecond !== undefined && { overallRate: shape.requestsPerSecond }),
        requests: mix.verbs.map((verb) => ({
          setupRequest: (request, context) => setUp(verb, request, context),
        })),
      },
      (error: unknown) => (error === null ? resolve() : reject(error)),
    )
    instance.on('response', (...[, status, , milliseconds]) => {
      latenciesMs.push(milliseconds)
      if (status >= 300 && status !== 409) faults += 1
    })
  })
  return { answers: latenciesMs.length, seconds: (performance.now() - startedAt) / 1000, latenciesMs, faults }
}

type Context = { user?: string; stream?: string }

function setUp(
  verb: Mix['verbs'][number],
  request: autocannon.Request,
  context: Context,
): autocannon.Request {
  if (verb === 'start') Object.assign(context, nextViewer())
  const path = `/users/${context.user}/streams`
  if (verb === 'stop') return { ...request, method: 'DELETE', path: `${path}/${context.stream}`, body: '' }
  if (verb === 'heartbeat') return { ...request, method: 'PUT', path: `${path}/${context.stream}`, body: '' }
  const headers = { 'content-type': 'application/json' }
  return { ...request, method: 'POST', path, headers, body: `{"streamId":"${context.stream}"}` }
}
