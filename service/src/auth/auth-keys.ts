import { parseApiKeys } from './api-keys-text.ts'
import type { ApiKey } from './api-key.ts'
import { CurrentKeys, type KeySource } from './current-keys.ts'
import type { Logger } from '../telemetry/log.ts'

/** Where the keys of the settings come from. */
export type AuthSources = { readonly apiKeys: KeySource<readonly ApiKey[]> | undefined }

/** All keys in force by which callers are checked. */
export type AuthKeys = { readonly apiKeys: CurrentKeys<readonly ApiKey[]> | undefined }

/** The keys of the settings. */
export function authKeysOf({ apiKeys }: AuthSources): AuthKeys {
  return { apiKeys: apiKeys && new CurrentKeys(apiKeys, parseApiKeys) }
}

/** Reads the files of the settings again whenever they change. */
export function followKeyFiles({ apiKeys }: AuthSources, keys: AuthKeys, logger: Logger): void {
  if (apiKeys?.file !== undefined) keys.apiKeys?.follow(apiKeys.file, logger)
}
