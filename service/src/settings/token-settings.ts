/**
 * The settings of tokens (JSON Web Tokens).
 */
import { readKeys, type KeySource } from '../auth/current-keys.ts'
import { parseJwks, type Jwks } from '../auth/jwks-text.ts'
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from '../auth/token-rules.ts'
import { isLoopback } from './loopback.ts'
import { oneOf, refuse, wholeNumber } from './parse.ts'

/** What a viewer's token may say beside the user. */
export const CLAIMED_MEMBERS = ['plan', 'tenant', 'deviceId', 'deviceType', 'attributes'] as const
export type ClaimedMember = (typeof CLAIMED_MEMBERS)[number]

/** The claim of each member that comes from the token. */
export type ClaimNames = Readonly<Partial<Record<ClaimedMember, string>>>

/** Which tokens are accepted, and what they say. */
export type TokenConfig = {
  readonly jwtIssuer: string | undefined
  readonly jwtAudience: readonly string[] | undefined
  readonly jwtKeys: KeySource<Jwks> | { readonly url: string } | undefined
  readonly jwtAlgorithms: readonly TokenAlgorithm[]
  readonly jwtLeewaySeconds: number
  /** The claim with the user id. */
  readonly jwtUserClaim: string | undefined
  readonly jwtClaims: ClaimNames
}

/** Longest leeway. A larger difference is a clock that should be mended. */
const LEEWAY_SECONDS_MAX = 60

export const TOKEN_SETTINGS = {
  jwtIssuer: {
    variable: 'STREAMGATE_JWT_ISSUER',
    flag: '--jwt-issuer',
    placeholder: '<text>',
    fallback: '',
    help: 'who must have made a token: its claim iss',
    parse: (text: string) => (text === '' ? undefined : text),
  },
  jwtAudience: {
    variable: 'STREAMGATE_JWT_AUDIENCE',
    flag: '--jwt-audience',
    placeholder: '<texts>',
    fallback: '',
    help: 'for whom a token must be made: its claim aud. Several are separated by commas, and one is enough',
    parse: (text: string) => (text === '' ? undefined : wordsIn(text)),
  },
  jwtKeys: {
    variable: 'STREAMGATE_JWT_KEYS',
    flag: '--jwt-keys',
    placeholder: '<address>',
    fallback: '',
    help: 'the public keys of the issuer (JWKS): an address such as https://id.example.com/jwks.json, a file, or the JSON itself. They are loaded again every five minutes, a file when it changes',
    parse: parseKeys,
  },
  jwtAlgorithms: {
    variable: 'STREAMGATE_JWT_ALGORITHMS',
    flag: '--jwt-algorithms',
    placeholder: '<names>',
    fallback: 'ES256,EdDSA,Ed25519,RS256,PS256',
    help: `how a token may be signed, separated by commas: ${TOKEN_ALGORITHMS.join(', ')}`,
    parse: (text: string) => wordsIn(text).map(oneOf(...TOKEN_ALGORITHMS)),
  },
  jwtLeewaySeconds: {
    variable: 'STREAMGATE_JWT_LEEWAY_SECONDS',
    flag: '--jwt-leeway-seconds',
    placeholder: '<seconds>',
    fallback: '30',
    help: 'how far the clock of the issuer may be off',
    parse: wholeNumber(0, LEEWAY_SECONDS_MAX),
  },
  jwtUserClaim: {
    variable: 'STREAMGATE_JWT_USER_CLAIM',
    flag: '--jwt-user-claim',
    placeholder: '<claim>',
    fallback: '',
    help: 'the claim with the user id, which must be the user of the path. By default sub. On AWS Lambda without --auth jwt: the gateway checks tokens, and this is the claim that it passes on',
    parse: parseUserClaim,
  },
  jwtClaims: {
    variable: 'STREAMGATE_JWT_CLAIMS',
    flag: '--jwt-claims',
    placeholder: '<members>',
    fallback: '',
    help: `members of a start that come from the token, such as plan=tier,tenant=org: ${CLAIMED_MEMBERS.join(', ')}`,
    parse: parseClaims,
  },
} as const

function parseKeys(text: string): TokenConfig['jwtKeys'] {
  if (text === '') return undefined
  if (!/^https?:\/\//i.test(text)) return readKeys(text, parseJwks)
  if (!URL.canParse(text)) return refuse('must be an address, a file or JSON')
  const { protocol, hostname, username } = new URL(text)
  if (protocol === 'http:' && !isLoopback(hostname)) {
    return refuse('must begin with https: the keys of an http address can be replaced on their way')
  }
  return username === '' ? { url: text } : refuse('must not have a user name or a password')
}

function parseUserClaim(text: string): string | undefined {
  return text === '' ? undefined : claimName(text)
}

function parseClaims(text: string): ClaimNames {
  if (text === '') return {}
  const pairs = wordsIn(text).map((word) => {
    const [member = '', ...claim] = word.split('=')
    return [oneOf(...CLAIMED_MEMBERS)(member), claimName(claim.join('='))] as const
  })
  const claims = Object.fromEntries(pairs)
  return Object.keys(claims).length === pairs.length ? claims : refuse('must name each member once')
}

function claimName(text: string): string {
  if (/^[\u0021-\u007e]{1,128}$/.test(text)) return text
  return refuse(`must name a claim of 1 to 128 printable characters, got ${JSON.stringify(text)}`)
}

function wordsIn(text: string): readonly string[] {
  const words = text.split(',').map((word) => word.trim())
  return words.includes('') ? refuse('must be separated by single commas') : words
}
