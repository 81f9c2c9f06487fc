import type { Logger } from '../telemetry/log.ts'
import type { CurrentKeys } from './current-keys.ts'
import type { Jwks } from './jwks-text.ts'
import type { RemoteParts } from './token-keys.ts'
import type { TokenRules } from './token-rules.ts'
import type { Claims, TokenVerifier } from './token-verifier.ts'

/** What is needed to check tokens. */
export type OpenTokensParts<Identity> = {
  readonly rules: TokenRules
  /** The keys, or where they are. */
  readonly keys: CurrentKeys<Jwks> | { readonly url: string }
  readonly identityOf: (claims: Claims) => Identity
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly logger: Logger
}

/** Loads what checks tokens. A service that checks none does not load it. */
export async function openTokens<Identity extends object>({
  keys,
  logger,
  ...parts
}: OpenTokensParts<Identity>): Promise<TokenVerifier<Identity>> {
  const [{ TokenVerifier }, { ProvidedKeys, RemoteKeys }] = await Promise.all([
    import('./token-verifier.ts'),
    import('./token-keys.ts'),
  ])
  const onTrouble = (reason: string) => logger.warn({ reason }, 'the keys of tokens cannot be used')
  const remote = (url: string): RemoteParts => ({ url, now: parts.now, onTrouble })
  const found = 'url' in keys ? new RemoteKeys(remote(keys.url)) : new ProvidedKeys(keys)
  return new TokenVerifier({ ...parts, keys: found, onTrouble })
}
