/**
 * The settings of who may call.
 */
import type { ApiKey } from '../auth/api-key.ts'
import { parseApiKeys } from '../auth/api-keys-text.ts'
import { readKeys, type KeySource } from '../auth/current-keys.ts'
import { isLoopback } from './loopback.ts'
import { KEY_LENGTH_MIN, parseKey, refuse } from './parse.ts'
import { TOKEN_SETTINGS, type TokenConfig } from './token-settings.ts'

/** The ways in which callers prove who they are. */
const AUTH_KINDS = ['api-key', 'jwt'] as const
export type AuthKind = (typeof AUTH_KINDS)[number]

/** Who may call. */
export type AuthConfig = TokenConfig & {
  /** The ways that are accepted. If there are none, every caller is trusted. */
  readonly auth: readonly AuthKind[]
  readonly apiKeys: KeySource<readonly ApiKey[]> | undefined
  /** The key of stop tokens. `undefined` if it is made, and kept in the store. */
  readonly stopKey: string | undefined
}

export const AUTH_SETTINGS = {
  auth: {
    variable: 'STREAMGATE_AUTH',
    flag: '--auth',
    placeholder: '<kinds>',
    fallback: 'none',
    help: 'how callers prove who they are: none, api-key (backends), jwt (devices of viewers), or api-key,jwt. It must be said if the host is not loopback',
    parse: parseAuth,
  },
  apiKeys: {
    variable: 'STREAMGATE_API_KEYS',
    flag: '--api-keys',
    placeholder: '<file>',
    fallback: '',
    help: 'JSON file of API keys, or the JSON itself. streamgate key new makes keys. A changed file is read again',
    parse: (text: string) => (text === '' ? undefined : readKeys(text, parseApiKeys)),
  },
  ...TOKEN_SETTINGS,
  stopKey: {
    variable: 'STREAMGATE_STOP_KEY',
    flag: '--stop-key',
    placeholder: '<text>',
    fallback: '',
    help: `secret of at least ${KEY_LENGTH_MIN} characters, by which the stop tokens of pages are made. By default one is made and kept in the store`,
    parse: parseKey,
  },
} as const

/** What is wrong with a host that other machines reach, if callers are not checked. */
export function openHostFaults(host: string | undefined, isAuthSaid: boolean): string[] {
  if (host === undefined || isLoopback(host) || isAuthSaid) return []
  return [
    `--host ${host} can be reached from other machines, and callers are not checked: choose --auth api-key or --auth jwt, or say --auth none (STREAMGATE_AUTH=none) if that is what you want`,
  ]
}

/** What is wrong with settings of callers that are each valid. */
export function authContradictions(
  { auth, apiKeys, jwtIssuer, jwtAudience, jwtKeys, jwtUserClaim, jwtClaims }: AuthConfig,
  isLambda: boolean,
): string[] {
  const hasTokens = auth.includes('jwt')
  const faults = [
    ...needed(auth.includes('api-key'), '--auth api-key', { '--api-keys (STREAMGATE_API_KEYS)': apiKeys }),
    ...needed(hasTokens, '--auth jwt', {
      '--jwt-issuer (STREAMGATE_JWT_ISSUER)': jwtIssuer,
      '--jwt-audience (STREAMGATE_JWT_AUDIENCE)': jwtAudience,
      '--jwt-keys (STREAMGATE_JWT_KEYS)': jwtKeys,
    }),
  ]
  if (!hasTokens && Object.keys(jwtClaims).length > 0) {
    faults.push('--jwt-claims (STREAMGATE_JWT_CLAIMS) has no effect without --auth jwt')
  }
  if (!hasTokens && jwtUserClaim !== undefined && !isLambda) {
    faults.push(
      '--jwt-user-claim needs --auth jwt outside AWS Lambda: nothing there passes on the claims of a token',
    )
  }
  return faults
}

/** Settings must be there if their kind of check is on, and otherwise have no effect. */
function needed(isOn: boolean, kind: string, settings: Readonly<Record<string, unknown>>): string[] {
  const wrong = Object.entries(settings).filter(([, value]) => (value === undefined) === isOn)
  return wrong.map(([name]) => (isOn ? `${kind} needs ${name}` : `${name} has no effect without ${kind}`))
}

function parseAuth(text: string): readonly AuthKind[] {
  if (text === 'none') return []
  const words = text.split(',').map((part) => part.trim())
  const kinds = AUTH_KINDS.filter((kind) => words.includes(kind))
  if (kinds.length === words.length) return kinds
  return refuse(`must be none, or some of ${AUTH_KINDS.join(', ')}, got ${JSON.stringify(text)}`)
}
