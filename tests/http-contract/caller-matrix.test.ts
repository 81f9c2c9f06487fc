/**
 * Each call of the OpenAPI document with each kind of caller. A call without its row fails.
 */
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operationsIn, type PlacedOperation } from '../../service/src/api/openapi-document.ts'
import { openApiDocument } from '../../service/src/api/openapi.ts'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { SCOPES } from '../../service/src/auth/scope.ts'
import { StopTokens } from '../../service/src/auth/stop-tokens.ts'
import { ROWS, USER, type Row } from './caller-rows.ts'
import { OpenApiCheck } from './openapi-check.ts'
import { APP_TARGET, type Target, type TargetRequest } from './target.ts'
import { TestKeys } from './test-keys.ts'
import { TestIssuer, unsigned, type TokenOptions } from './test-tokens.ts'

const ONE = { limits: [{ max: 9 }] }
const POLICY = parsePolicy({
  plans: { standard: ONE },
  tenants: { a: { plans: { basic: ONE } }, b: { plans: { basic: ONE } } },
  pools: { all: { max: 99 } },
})

/** What becomes of a call: its status, or through to its route. */
type Fate = 401 | 403 | 'through'

/** A caller, and what must become of its calls. */
type Kind = {
  readonly headers: (row: Row) => Readonly<Record<string, string>>
  readonly query?: string
  readonly fate: (row: Row) => Fate
  /** What the challenge of a 401 or 403 must say. */
  readonly challenge?: RegExp
}

const keys = new TestKeys()
const everything = keys.make(SCOPES)
const expired = keys.make(SCOPES, { notAfter: '2026-01-01T00:00:00Z' })
const ofTenantB = keys.make(SCOPES, { tenant: 'b' })
const only = Object.fromEntries(SCOPES.map((scope) => [scope, keys.make([scope])]))
const allBut = Object.fromEntries(SCOPES.map((scope) => [scope, keys.makeWithout(scope)]))
const stranger = new TestKeys().make(SCOPES)

const issuer = new TestIssuer()
const token = (options: TokenOptions = {}, user = USER) => issuer.token(user, options)
const good = await token()
const STOP_KEY = 'a-key-of-this-test-with-32-characters'
const stopTokens = new StopTokens(async () => STOP_KEY)
const stopToken = await stopTokens.of({ user: USER, lease: 'film', tenant: undefined })
const tokenOfMallory = await token({}, 'mallory')
const tampered = `${good.slice(0, good.indexOf('.'))}.${tokenOfMallory.split('.')[1]}.${good.split('.')[2]}`

const bearer = (text: string | undefined) => ({ authorization: `Bearer ${text}` })
const refused = (headers: Readonly<Record<string, string>>, challenge: RegExp): Kind => ({
  headers: () => headers,
  fate: () => 401,
  challenge,
})
const INVALID = /^Bearer error="invalid_token", error_description=".+"$/

const KINDS: Readonly<Record<string, Kind>> = {
  'no caller': refused({}, /^Bearer$/),
  'another scheme': refused({ authorization: `Basic ${everything}` }, INVALID),
  'two texts': refused({ authorization: `Bearer ${everything} ${everything}` }, INVALID),
  'an empty text': refused({ authorization: 'Bearer ' }, INVALID),
  'neither token nor key': refused(bearer('alice'), INVALID),
  'an unknown key': refused(bearer(stranger), INVALID),
  'a known id with another secret': refused(bearer(`${everything.slice(0, -1)}~`), INVALID),
  'a key with more behind it': refused(bearer(`${everything}a`), INVALID),
  'an expired key': refused(bearer(expired), /has expired/),
  'a token without three parts': refused(bearer('eyJhbGciOiJFUzI1NiJ9'), INVALID),
  'a token that is no JSON': refused(bearer('a.b.c'), INVALID),
  'an endless text': refused(bearer(`${good}.${'a'.repeat(9000)}`), INVALID),
  'an expired token': refused(bearer(await token({ expiresIn: -40 })), /has expired/),
  'a token that never expires': refused(bearer(await token({ expiresIn: null })), /when it expires/),
  'a token that is not valid yet': refused(bearer(await token({ validIn: 40 })), /not valid yet/),
  'a token for another audience': refused(bearer(await token({ claims: { aud: 'other' } })), /audience/),
  'a token for no audience': refused(bearer(await token({ claims: { aud: [] } })), /audience/),
  'a token by another issuer': refused(bearer(await token({ claims: { iss: 'https://x' } })), /issuer/),
  'a token without a signature': refused(bearer(unsigned(USER)), /not accepted/),
  'a token signed by the public key': refused(
    bearer(await token({ algorithm: 'HS256', signBy: Buffer.from(issuer.publicText) })),
    /not accepted/,
  ),
  'a token by an unknown key': refused(bearer(await token({ kid: 'unknown' })), /not accepted/),
  'a token by the right name of a wrong key': refused(
    bearer(await new TestIssuer().token(USER)),
    /not accepted/,
  ),
  'a token with the claims of another one': refused(bearer(tampered), /not accepted/),
  'the token of another user': {
    headers: () => bearer(tokenOfMallory),
    fate: () => 403,
  },
  'the token of the user': {
    headers: () => bearer(good),
    fate: ({ audience }) => (audience === 'viewer' ? 'through' : 403),
  },
  'the token of the user, who names a tenant': {
    headers: () => ({ ...bearer(good), 'x-tenant': 'a' }),
    fate: () => 403,
  },
  'a page with its stop token': {
    headers: () => ({}),
    query: `?token=${stopToken}`,
    fate: ({ isForPages }) => (isForPages === true ? 'through' : 401),
    challenge: /^Bearer$/,
  },
  'a page with the stop token of another user': {
    headers: () => ({}),
    query: `?token=${await stopTokens.of({ user: 'mallory', lease: 'film', tenant: undefined })}`,
    fate: () => 401,
    challenge: /^Bearer/,
  },
  'a key without the scope': {
    headers: ({ scope = 'read' }) => bearer(allBut[scope]),
    fate: () => 403,
    challenge: /^Bearer error="insufficient_scope", scope="(?:admit|read|end|operate)"$/,
  },
  'a key with the scope alone': {
    headers: ({ scope = 'read' }) => bearer(only[scope]),
    fate: () => 'through',
  },
  "another tenant's key": {
    headers: () => ({ ...bearer(ofTenantB), 'x-tenant': 'a' }),
    fate: () => 403,
  },
  "a tenant's own key": {
    headers: () => bearer(ofTenantB),
    fate: ({ isOfAllTenants }) => (isOfAllTenants === true ? 403 : 'through'),
  },
}

const DOCUMENT = openApiDocument(ROUTES, '0')
const OPERATIONS = operationsIn(DOCUMENT)

describe('the matrix of callers', () => {
  let service: Target
  const check = new OpenApiCheck(DOCUMENT)
  beforeAll(async () => {
    const auth = ['api-key', 'jwt'] as const
    service = await APP_TARGET.make({
      policy: { policy: POLICY },
      ...(await issuer.settings()),
      ...keys.settings,
      auth,
      stopKey: STOP_KEY,
    })
  })
  afterAll(() => service.close())

  const send = async (request: TargetRequest) => {
    const answer = await service.send(request)
    check.check(request, answer)
    return answer
  }

  it('has a row for each call of the document, and no other', () => {
    const ids = OPERATIONS.map(({ operation }) => operation.operationId)
    expect(Object.keys(ROWS).toSorted()).toEqual(ids.toSorted())
  })

  it.each(OPERATIONS.map((placed) => [placed.operation.operationId, placed] as const))(
    '%s is documented with what it needs',
    (id, { operation }) => {
      const { audience, scope, isForPages } = rowOf(id)
      const needs = operation.security.flatMap((scheme) => Object.entries(scheme))
      expect(needs.find(([name]) => name === 'apiKey')?.[1]).toEqual(scope && [scope])
      expect(needs.some(([name]) => name === 'viewerToken')).toBe(audience === 'viewer')
      expect(needs.some(([name]) => name === 'stopToken')).toBe(isForPages === true)
    },
  )

  const cells = OPERATIONS.flatMap((placed) =>
    Object.entries(KINDS).map(([who, kind]) => ({ id: placed.operation.operationId, who, placed, kind })),
  )
  it.each(cells)('$id by $who', async ({ id, placed, kind }) => {
    const row = rowOf(id)
    const answer = await send(requestOf(placed, row, kind))
    const fate = row.audience === 'public' ? 'through' : kind.fate(row)
    expect(fateOf(answer.status)).toBe(fate)
    if (fate === 'through') return
    expect(answer.headers['www-authenticate'] ?? '').toMatch(kind.challenge ?? /^$/)
    expect(answer.text).not.toContain(everything.slice(-20))
  })

  it('refused calls change nothing', async () => {
    const mine = { headers: bearer(everything), path: `/users/${USER}/streams` }
    await send({ ...mine, method: 'DELETE', path: `/users/${USER}` })
    await send({ ...mine, method: 'POST', body: '{"streamId":"film"}' })
    const before = await send({ ...mine, method: 'GET' })
    for (const { id, who, placed, kind } of cells) {
      const row = rowOf(id)
      if (row.audience === 'public' || kind.fate(row) === 'through') continue
      const { status } = await send(requestOf(placed, row, kind))
      expect([401, 403], `${id} by ${who}`).toContain(status)
    }
    expect((await send({ ...mine, method: 'GET' })).text).toBe(before.text)
  })

  it("a key of one tenant acts for it, and sees no other tenant's users", async () => {
    const path = '/users/carol/streams'
    const ofA = { 'x-tenant': 'a', ...bearer(everything) }
    await send({ method: 'POST', path, headers: ofA, body: '{"streamId":"of-a"}' })
    await send({ method: 'POST', path, headers: bearer(ofTenantB), body: '{"streamId":"of-b"}' })
    const seen = await send({ method: 'GET', path, headers: bearer(ofTenantB) })
    expect(JSON.parse(seen.text)).toMatchObject({ active: 1, streams: [{ id: 'of-b' }] })
    const named = await send({
      method: 'POST',
      path,
      headers: bearer(ofTenantB),
      body: '{"streamId":"of-b","tenant":"a"}',
    })
    expect(named.status).toBe(403)
  })

  it('only a key that operates may stop a stream as an operator', async () => {
    const path = `/users/${USER}/streams/film?by=operator`
    const fates = await Promise.all(
      SCOPES.map(async (scope) => {
        const headers = bearer(only[scope])
        return [scope, (await send({ method: 'DELETE', path, headers })).status]
      }),
    )
    expect(Object.fromEntries(fates)).toEqual({ admit: 403, read: 403, end: 403, operate: 204 })
  })
})

function rowOf(id: string): Row {
  const row = ROWS[id]
  if (row === undefined) throw new Error(`add a row for ${id} to caller-rows.ts`)
  return row
}

function requestOf({ method }: PlacedOperation, row: Row, kind: Kind): TargetRequest {
  const { type = 'application/json', body } = row.request
  const path = row.request.path + (kind.query ?? '')
  const headers = { ...(body !== undefined && { 'content-type': type }), ...kind.headers(row) }
  return { method, path, ...(body !== undefined && { body }), headers }
}

function fateOf(status: number): Fate | undefined {
  if (status === 401 || status === 403) return status
  return status < 500 ? 'through' : undefined
}
