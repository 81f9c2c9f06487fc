/** The OpenAPI document of a running service, as a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '../../service/src/servers/node-server.ts'
import { composeTarget } from '../http-contract/target.ts'

/** A service on a memory store, and a folder with its document. */
export type ServedDocument = {
  readonly url: string
  readonly folder: string
  /** The path of the document in the folder. */
  readonly path: string
  readonly close: () => Promise<void>
}

/** Starts a service, and stores its document. */
export async function serveDocument(): Promise<ServedDocument> {
  const { app, close } = await composeTarget()
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-openapi-'))
  const path = join(folder, 'openapi.json')
  writeFileSync(path, await (await fetch(`${server.url}/openapi.json`)).text())
  return {
    url: server.url,
    folder,
    path,
    close: async () => {
      rmSync(folder, { recursive: true })
      await server.close(0)
      await close()
    },
  }
}
