import type { Store } from '@streamgate/core'
import { StopTokens } from '../auth/stop-tokens.ts'
import type { AuthConfig } from '../settings/auth-settings.ts'
import { keptKey } from '../store/kept-key.ts'

/** The stop tokens of a service that checks its callers. Its settings or its store have the key. */
export function openStopTokens(
  { auth, stopKey }: Pick<AuthConfig, 'auth' | 'stopKey'>,
  store: Store,
): StopTokens | undefined {
  if (auth.length === 0) return undefined
  return new StopTokens(async () => stopKey ?? keptKey(store, 'stop-key'))
}
