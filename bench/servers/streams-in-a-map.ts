/**
 * The limit as a typical engineer would write it: a Map in memory, with expiry checked only on
 * demand, and nothing durable.
 */

const LIMIT = 3
const LEASE_MS = 75_000

type Stream = { readonly id: string; readonly startedAt: number; expiresAt: number }

/** What to answer. */
export type Answer = { readonly status: number; readonly body?: object }

const users = new Map<string, Map<string, Stream>>()

export function start(userId: string, body: unknown): Answer {
  const { streamId } = (body ?? {}) as { streamId?: unknown }
  if (typeof streamId !== 'string' || streamId === '') {
    return { status: 400, body: { error: 'streamId is required' } }
  }
  const now = Date.now()
  const streams = users.get(userId) ?? new Map<string, Stream>()
  users.set(userId, streams)
  for (const [id, stream] of streams) if (stream.expiresAt <= now) streams.delete(id)
  const held = streams.get(streamId)
  if (held === undefined && streams.size >= LIMIT) {
    return { status: 409, body: { error: 'limit reached', streams: [...streams.keys()] } }
  }
  const stream = { id: streamId, startedAt: held?.startedAt ?? now, expiresAt: now + LEASE_MS }
  streams.set(streamId, stream)
  return { status: held === undefined ? 201 : 200, body: view(userId, stream, streams) }
}

export function heartbeat(userId: string, id: string): Answer {
  const streams = users.get(userId)
  const stream = streams?.get(id)
  if (streams === undefined || stream === undefined) return { status: 410, body: { error: 'gone' } }
  stream.expiresAt = Date.now() + LEASE_MS
  return { status: 200, body: view(userId, stream, streams) }
}

export function stop(userId: string, id: string): Answer {
  users.get(userId)?.delete(id)
  return { status: 204 }
}

function view(userId: string, stream: Stream, streams: Map<string, Stream>): object {
  return {
    id: stream.id,
    userId,
    streamId: stream.id,
    startedAt: new Date(stream.startedAt).toISOString(),
    expiresAt: new Date(stream.expiresAt).toISOString(),
    heartbeatSeconds: 25,
    limit: LIMIT,
    active: streams.size,
    streams: [...streams.keys()],
  }
}
