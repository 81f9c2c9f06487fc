/** The settings of who may call. */
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../src/settings/config-error.ts'
import { loadConfig, type Flags } from '../src/settings/settings.ts'

const KEYS = JSON.stringify({ keys: [{ id: 'a', sha256: '0'.repeat(64), scopes: ['read'] }] })

const JWT = {
  auth: 'jwt',
  jwtIssuer: 'https://id.example',
  jwtAudience: 'streamgate',
  jwtKeys: 'https://id.example/jwks.json',
} as const

function faultsOf(flags: Flags, environment: Record<string, string> = {}): readonly string[] {
  try {
    loadConfig(flags, environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

describe('the settings of callers', () => {
  it('takes tokens by the keys behind an address, and members of a start from their claims', () => {
    const { auth, jwtKeys, jwtClaims, jwtAlgorithms } = loadConfig(
      { ...JWT, jwtClaims: 'plan=tier, tenant=https://id.example/org=1' },
      {},
    )
    expect({ auth, jwtKeys, jwtClaims }).toEqual({
      auth: ['jwt'],
      jwtKeys: { url: 'https://id.example/jwks.json' },
      jwtClaims: { plan: 'tier', tenant: 'https://id.example/org=1' },
    })
    expect(jwtAlgorithms).toEqual(['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'])
    const both = { ...JWT, auth: 'jwt,api-key', apiKeys: KEYS, jwtKeys: 'http://[::1]:80/' }
    expect(loadConfig(both, {}).auth).toEqual(['api-key', 'jwt'])
    expect(loadConfig({ ...JWT, host: '0.0.0.0' }, {}).host).toBe('0.0.0.0')
  })

  it('leaves tokens to the gateway on AWS Lambda, if it names the claim alone', () => {
    const lambda = { AWS_LAMBDA_FUNCTION_NAME: 'f', STREAMGATE_JWT_USER_CLAIM: 'uid' }
    expect(loadConfig({}, lambda)).toMatchObject({ auth: [], jwtUserClaim: 'uid' })
  })

  it('have no effect without their kind of check, and are refused then', () => {
    expect(faultsOf({ ...JWT, auth: 'none' })).toEqual(
      ['issuer', 'audience', 'keys'].map((name) =>
        expect.stringMatching(`^--jwt-${name} .* has no effect without --auth jwt$`),
      ),
    )
  })

  const faulty: readonly (readonly [Flags, RegExp])[] = [
    [{ auth: 'basic' }, /^--auth must be none, or some of .*, got "basic"$/],
    [{ auth: 'none,api-key' }, /^--auth must be none, or some of .*, got "none,api-key"$/],
    [{ auth: 'api-key' }, /^--auth api-key needs --api-keys \(STREAMGATE_API_KEYS\)$/],
    [{ apiKeys: KEYS }, /^--api-keys \(STREAMGATE_API_KEYS\) has no effect without --auth api-key$/],
    [
      { auth: 'api-key', apiKeys: '{"keys":[{"id":"a.b","sha256":"sgk_secret","scopes":["all"]}]}' },
      /^--api-keys must name .*: the JSON: \/keys\/0\/id must be 1 to 64 .* \/keys\/0\/sha256 must be 64 .* \/keys\/0\/scopes\/0 must be one of admit, read, end, operate$/,
    ],
    [{ auth: 'api-key', apiKeys: '{"keys":[]}' }, /: \/keys must have at least one key$/],
    [{ auth: 'api-key', apiKeys: '{"keys":' }, /: the JSON: is not JSON$/],
    [
      { auth: 'api-key', apiKeys: '{"keys":[{"id":"a","scope":"x"}]}' },
      /\/keys\/0\/scope is not known here: .*\/keys\/0\/sha256 must be .*\/keys\/0\/scopes must be a list/,
    ],
    [{ jwtUserClaim: 'sub' }, /^--jwt-user-claim needs --auth jwt outside AWS Lambda/],
    [{ ...JWT, jwtUserClaim: 'a b' }, /^--jwt-user-claim must name a claim of 1 to 128 printable/],
    [{ ...JWT, jwtIssuer: '' }, /^--auth jwt needs --jwt-issuer \(STREAMGATE_JWT_ISSUER\)$/],
    [{ ...JWT, jwtAudience: 'a,,b' }, /^--jwt-audience must be separated by single commas$/],
    [{ ...JWT, jwtAlgorithms: 'HS256' }, /^--jwt-algorithms must be one of ES256, .*, got "HS256"$/],
    [{ ...JWT, jwtAlgorithms: 'none' }, /^--jwt-algorithms must be one of ES256, .*, got "none"$/],
    [{ ...JWT, jwtLeewaySeconds: '61' }, /^--jwt-leeway-seconds must be a whole number from 0 to 60/],
    [{ ...JWT, jwtKeys: 'http://id.example/jwks.json' }, /^--jwt-keys must begin with https/],
    [{ ...JWT, jwtKeys: 'http://127.0.0.1.example/jwks' }, /^--jwt-keys must begin with https/],
    [{ ...JWT, jwtKeys: 'https://a:b@id.example/jwks' }, /^--jwt-keys must not have a user name/],
    [{ ...JWT, jwtKeys: '{"keys":[]}' }, /^--jwt-keys must name .*: \/keys must have at least one key$/],
    [{ ...JWT, jwtClaims: 'user=sub' }, /^--jwt-claims must be one of plan, .*, got "user"$/],
    [{ ...JWT, jwtClaims: 'plan=a,plan=b' }, /^--jwt-claims must name each member once$/],
    [{ jwtClaims: 'plan=tier' }, /^--jwt-claims .* has no effect without --auth jwt$/],
  ]
  it.each(faulty)('refuses %j', (flags, fault) => {
    expect(faultsOf(flags)).toEqual([expect.stringMatching(fault)])
  })
})
