import { once } from 'node:events'
import { createServer } from 'node:net'
import { LISTEN_ADVICE } from '../settings/listen-advice.ts'
import type { Config } from '../settings/settings.ts'
import { VERSION } from '../text/version.ts'
import { reasonOf } from '../text/reason.ts'
import { fault, ok, warning, type Finding } from './finding.ts'

/** Longest wait for an answer of what listens there. */
const ANSWER_LIMIT_MS = 2000

/** What `/version` answers, as far as it is read here. */
type Named = { readonly name?: unknown; readonly version?: unknown }

const CHECK = 'port'

/** Whether a service could listen at its address, or one does already. */
export async function portFindings({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Finding[]> {
  if (port === 0) return [ok(CHECK, 'any free one')]
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    const server = createServer().listen({ host, port, exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return [ok(CHECK, `${address} is free`)]
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') return [await listenerFinding(address, urlOf(address))]
    return [fault(CHECK, reasonOf(error), LISTEN_ADVICE[code] ?? 'choose another --host or --port')]
  }
}

/** A service that listens everywhere is asked on the loopback. */
function urlOf(address: string): string {
  return `http://${address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`
}

async function listenerFinding(address: string, url: string): Promise<Finding> {
  const named = await namedAt(url)
  if (named?.name !== 'streamgate') {
    return fault(
      CHECK,
      `another program listens on ${address}`,
      'choose another --port, or stop that program',
    )
  }
  const version = String(named.version)
  const found = `a Streamgate ${version} answers on ${address}`
  const { status } = await fetch(`${url}/readyz`, { signal: limit() }).catch(() => ({ status: 0 }))
  if (status !== 200) return warning(CHECK, `${found}, and is not ready`, 'see its log')
  if (version === VERSION) return ok(CHECK, `${found}, and is ready`)
  return warning(CHECK, found, `restart it if it should run ${VERSION}, the version of this command`)
}

async function namedAt(url: string): Promise<Named | undefined> {
  try {
    const answer = await fetch(`${url}/version`, { signal: limit() })
    return Object(await answer.json()) as Named
  } catch {
    return undefined
  }
}

function limit(): AbortSignal {
  return AbortSignal.timeout(ANSWER_LIMIT_MS)
}
