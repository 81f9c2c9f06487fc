import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ROUTES } from '../../service/src/routes/index.ts'
import { Connection, requestText } from './connection.ts'
import { startService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** So few that they are soon used up, and more than a process needs to start. */
const DESCRIPTORS_MAX = 80
/** After this time a connection that is still open has a descriptor of the service. */
const REFUSAL_MS = 50

const PATHS = ROUTES.filter(({ method }) => method === 'GET').map(({ path }) =>
  path.replace('{userId}', 'user').replace('{type}', 'draining'),
)

describe('a service with all its file descriptors in use', () => {
  it('answers every GET on a connection that it has, though each is asked for the first time', async () => {
    const { url } = await startService({ folder: temporaryFolder(), descriptorsMax: DESCRIPTORS_MAX })
    const first = await Connection.open(url)
    const connections = [first]
    while (await hasRoom(connections)) connections.push(await Connection.open(url))
    for (const path of PATHS) {
      first.socket.write(requestText('GET', path))
      const { status } = await first.answer()
      expect({ path, status }).toEqual({ path, status: 200 })
    }
    for (const { socket } of connections) socket.destroy()
  })
})

/** Whether the newest connection is kept open. */
async function hasRoom(connections: readonly Connection[]): Promise<boolean> {
  await pause(REFUSAL_MS)
  return connections.at(-1)?.hasEnded === false && connections.length < DESCRIPTORS_MAX * 3
}
