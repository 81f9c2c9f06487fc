import type { Logger } from '../telemetry/log.ts'
import { parseApiKeys } from './api-keys-text.ts'
import type { ApiKey } from './api-key.ts'
import { CurrentKeys, type KeySource } from './current-keys.ts'
import { parseJwks, type Jwks } from './jwks-text.ts'

/** Where the keys of the settings come from. */
export type AuthSources = {
  readonly apiKeys: KeySource<readonly ApiKey[]> | undefined
  readonly jwtKeys: KeySource<Jwks> | { readonly url: string } | undefined
}

/** All keys in force by which callers are checked. Keys behind an address are not among them. */
export type AuthKeys = {
  readonly apiKeys: CurrentKeys<readonly ApiKey[]> | undefined
  readonly jwtKeys: CurrentKeys<Jwks> | undefined
}

/** The keys of the settings. */
export function authKeysOf({ apiKeys, jwtKeys }: AuthSources): AuthKeys {
  return {
    apiKeys: apiKeys && new CurrentKeys(apiKeys, parseApiKeys),
    jwtKeys: jwtKeys === undefined || 'url' in jwtKeys ? undefined : new CurrentKeys(jwtKeys, parseJwks),
  }
}

/** Reads the files of the settings again whenever they change. */
export function followKeyFiles({ apiKeys, jwtKeys }: AuthSources, keys: AuthKeys, logger: Logger): void {
  if (apiKeys?.file !== undefined) keys.apiKeys?.follow(apiKeys.file, logger)
  if (jwtKeys !== undefined && 'file' in jwtKeys) keys.jwtKeys?.follow(jwtKeys.file, logger)
}
