import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { Client } from './client.ts'
import { Connection, requestText } from './connection.ts'
import { startService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** So few that they are soon used up, and more than a process needs to start. */
const DESCRIPTORS_MAX = 80
/** A connection that is still open after this time has a file descriptor of the service. */
const REFUSAL_MS = 50
/** How long all file descriptors are in use. */
const HELD_MS = 3000
const PATIENCE_MS = 20_000

const PATHS = ROUTES.filter(({ method }) => method === 'GET').map(({ path }) =>
  path.replace('{userId}', 'user').replace('{type}', 'draining'),
)

describe('a service with all its file descriptors in use', () => {
  it('answers every GET on an open connection, even a first one of its kind', async () => {
    const { url } = await startService({ folder: temporaryFolder(), descriptorsMax: DESCRIPTORS_MAX })
    const first = await Connection.open(url)
    const connections = [first]
    while (await hasRoom(connections)) connections.push(await Connection.open(url))
    for (const path of PATHS) {
      first.socket.write(requestText('GET', path))
      const { status } = await first.answer()
      // No device is registered, and there are no pools and no playback tokens.
      const expected = /\/(?:devices|pools|\.well-known)\/|^\/(?:revocations|check)$/.test(path) ? 404 : 200
      expect({ path, status }).toEqual({ path, status: expected })
    }
    for (const { socket } of connections) socket.destroy()
  })
})

it.each([1, 2])(
  'once file descriptors are free again, a service of %i process(es) goes on',
  async (workers) => {
    const folder = temporaryFolder()
    const { url } = await startService({ folder, workers, descriptorsMax: DESCRIPTORS_MAX })
    const opening = Array.from({ length: DESCRIPTORS_MAX * 3 }, () => Connection.open(url))
    const connections = await Promise.all(opening)
    for (const { socket } of connections) socket.write(requestText('GET', '/livez'))
    await pause(HELD_MS)
    for (const { socket } of connections) socket.destroy()
    const client = new Client(url)
    const status = async () => (await client.get('/livez').catch(() => undefined))?.status
    await expect.poll(status, { timeout: PATIENCE_MS }).toBe(200)
    const answers = await Promise.all(Array.from({ length: DESCRIPTORS_MAX / 4 }, () => client.get('/livez')))
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200))
  },
  60_000,
)

/** Whether the newest connection stays open. */
async function hasRoom(connections: readonly Connection[]): Promise<boolean> {
  await pause(REFUSAL_MS)
  return connections.at(-1)?.hasEnded === false && connections.length < DESCRIPTORS_MAX * 3
}
