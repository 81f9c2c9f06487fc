/** The limit in a Map, behind Express: in production mode, without ETags, which cost it time. */
import express, { type Response } from 'express'
import { heartbeat, start, stop, type Answer } from './streams-in-a-map.ts'

const app = express()
app.set('etag', false)
app.use(express.json())

app.post('/users/:userId/streams', (request, response) => {
  send(response, start(request.params.userId, request.body))
})

app.put('/users/:userId/streams/:id', (request, response) => {
  send(response, heartbeat(request.params.userId, request.params.id))
})

app.delete('/users/:userId/streams/:id', (request, response) => {
  send(response, stop(request.params.userId, request.params.id))
})

app.listen(Number(process.argv[2]), '127.0.0.1')

function send(response: Response, { status, body }: Answer): void {
  response.status(status)
  if (body === undefined) response.end()
  else response.json(body)
}
