/**
 * The keys of callers on their way from the primary to its workers. Workers never read the files
 * themselves. So a worker that starts after a file was spoilt has the keys in force.
 */
import cluster from 'node:cluster'
import { authKeysOf, type AuthKeys } from '../auth/auth-keys.ts'
import type { Config } from '../settings/settings.ts'

type KeysRequest = { readonly kind: 'keys-request' }
type KeysMessage = {
  readonly kind: 'keys'
  readonly apiKeys: string | undefined
  readonly jwtKeys: string | undefined
}

/** In the primary: sends the keys to workers that ask for them, and to all when they change. */
export function relayKeys({ apiKeys, jwtKeys }: AuthKeys): void {
  const message = (): KeysMessage => ({ kind: 'keys', apiKeys: apiKeys?.text, jwtKeys: jwtKeys?.text })
  cluster.on('message', (worker, { kind }: KeysRequest) => {
    if (kind === 'keys-request') worker.send(message())
  })
  const tellAll = () => {
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker?.isConnected() === true) worker.send(message())
    }
  }
  apiKeys?.subscribe(tellAll)
  jwtKeys?.subscribe(tellAll)
}

/** In a worker: the keys of its primary. */
export function keysOfPrimary(config: Config): AuthKeys {
  const keys = authKeysOf(config)
  process.on('message', ({ kind, apiKeys, jwtKeys }: KeysMessage) => {
    if (kind !== 'keys') return
    if (apiKeys !== undefined) keys.apiKeys?.set(apiKeys)
    if (jwtKeys !== undefined) keys.jwtKeys?.set(jwtKeys)
  })
  const request: KeysRequest = { kind: 'keys-request' }
  if (config.auth.length > 0) process.send?.(request)
  return keys
}

/** Flags by which a worker has the keys that its primary had at its start, and reads no file. */
export function keyFlags({ apiKeys, jwtKeys }: Config): readonly string[] {
  const isProvided = jwtKeys !== undefined && 'text' in jwtKeys
  return [
    ...(apiKeys === undefined ? [] : [`--api-keys=${apiKeys.text}`]),
    ...(isProvided ? [`--jwt-keys=${jwtKeys.text}`] : []),
  ]
}
