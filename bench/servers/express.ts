/**
 * The same calls as a typical engineer would write them: Express and a Map, with expiry checked
 * only on demand, and nothing durable.
 */
import express from 'express'

const LIMIT = 3
const LEASE_MS = 75_000

type Stream = { id: string; startedAt: number; expiresAt: number }
const users = new Map<string, Map<string, Stream>>()

const app = express()
app.use(express.json())

function answer(userId: string, stream: Stream, streams: Map<string, Stream>) {
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

app.post('/users/:userId/streams', (request, response) => {
  const { userId } = request.params
  const { streamId } = request.body as { streamId?: unknown }
  if (typeof streamId !== 'string' || streamId === '') {
    response.status(400).json({ error: 'streamId is required' })
    return
  }
  const now = Date.now()
  const streams = users.get(userId) ?? new Map<string, Stream>()
  users.set(userId, streams)
  for (const [id, stream] of streams) if (stream.expiresAt <= now) streams.delete(id)
  const held = streams.get(streamId)
  if (held === undefined && streams.size >= LIMIT) {
    response.status(409).json({ error: 'limit reached', streams: [...streams.keys()] })
    return
  }
  const stream = { id: streamId, startedAt: held?.startedAt ?? now, expiresAt: now + LEASE_MS }
  streams.set(streamId, stream)
  response.status(held === undefined ? 201 : 200).json(answer(userId, stream, streams))
})

app.put('/users/:userId/streams/:id', (request, response) => {
  const { userId, id } = request.params
  const streams = users.get(userId)
  const stream = streams?.get(id)
  if (streams === undefined || stream === undefined) {
    response.status(410).json({ error: 'gone' })
    return
  }
  stream.expiresAt = Date.now() + LEASE_MS
  response.json(answer(userId, stream, streams))
})

app.delete('/users/:userId/streams/:id', (request, response) => {
  users.get(request.params.userId)?.delete(request.params.id)
  response.status(204).end()
})

app.listen(Number(process.argv[2]), '127.0.0.1')
