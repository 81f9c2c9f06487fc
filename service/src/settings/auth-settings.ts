/**
 * The settings of who may call.
 */
import type { ApiKey } from '../auth/api-key.ts'
import { parseApiKeys } from '../auth/api-keys-text.ts'
import { readKeys, type KeySource } from '../auth/current-keys.ts'
import { refuse } from './parse.ts'
import { parseUserClaim } from './user-claim.ts'

/** The ways in which callers prove who they are. */
const AUTH_KINDS = ['api-key'] as const
export type AuthKind = (typeof AUTH_KINDS)[number]

/** Who may call. */
export type AuthConfig = {
  /** The ways that are accepted. If there are none, every caller is trusted. */
  readonly auth: readonly AuthKind[]
  readonly apiKeys: KeySource<readonly ApiKey[]> | undefined
  /** The claim of a token that holds the user id, if a gateway in front checks tokens. */
  readonly jwtUserClaim: string | undefined
}

export const AUTH_SETTINGS = {
  auth: {
    variable: 'STREAMGATE_AUTH',
    flag: '--auth',
    placeholder: '<kinds>',
    fallback: 'none',
    help: 'how callers prove who they are: none or api-key. It must be said if the host is not loopback',
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
  jwtUserClaim: {
    variable: 'STREAMGATE_JWT_USER_CLAIM',
    flag: '--jwt-user-claim',
    placeholder: '<claim>',
    fallback: '',
    help: 'on AWS Lambda behind an HTTP API that checks tokens: the claim with the user id. A token then covers only that user',
    parse: parseUserClaim,
  },
} as const

/** What is wrong with a host that other machines reach, if callers are not checked. */
export function openHostFaults(host: string | undefined, isAuthSaid: boolean): string[] {
  if (host === undefined || isLoopback(host) || isAuthSaid) return []
  return [
    `--host ${host} can be reached from other machines, and callers are not checked: choose --auth api-key, or say --auth none (STREAMGATE_AUTH=none) if that is what you want`,
  ]
}

/** What is wrong with settings of callers that are each valid. */
export function authContradictions({ auth, apiKeys }: AuthConfig): string[] {
  return needed(auth.includes('api-key'), '--auth api-key', {
    '--api-keys (STREAMGATE_API_KEYS)': apiKeys,
  })
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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
