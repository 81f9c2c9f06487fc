/** The limit in a Map, behind Fastify. */
import { fastify } from 'fastify'
import { heartbeat, start, stop } from './streams-in-a-map.ts'

type User = { Params: { userId: string } }
type Stream = { Params: { userId: string; id: string } }

const server = fastify()

server.post<User>('/users/:userId/streams', (request, reply) => {
  const { status, body } = start(request.params.userId, request.body)
  return reply.code(status).send(body)
})

server.put<Stream>('/users/:userId/streams/:id', (request, reply) => {
  const { status, body } = heartbeat(request.params.userId, request.params.id)
  return reply.code(status).send(body)
})

server.delete<Stream>('/users/:userId/streams/:id', (request, reply) => {
  const { status, body } = stop(request.params.userId, request.params.id)
  return reply.code(status).send(body)
})

await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
