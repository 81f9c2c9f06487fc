/**
 * The same with an HTTP API, and shorter: what differs is the gateway and the events it makes.
 */
import { expect, it } from 'vitest'
import { describeWalk, type Answer } from '../aws-walk.ts'

const SETTINGS = `environment         = "dev"
gateway             = "http"
samples             = true
deletion_protection = false
throttle_rate       = 1
throttle_burst      = 40
cors_origins        = ["https://watch.example"]
`

const TOKENS = 'jwt = { issuer = "https://id.example", audience = ["streamgate"] }'

/** As EventBridge sends it. */
const SCHEDULED_EVENT = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2026-11-22T00:00:00Z',
  region: 'eu-central-1',
  resources: ['arn:aws:events:eu-central-1:123456789012:rule/streamgate-dev-sweep'],
  detail: {},
}

describeWalk('an HTTP API on AWS', (walk) => {
  const start = (user: string, streamId: string): Promise<Answer> =>
    walk.ask(`POST /users/${user}/streams`, { body: { streamId } })

  it('is provisioned by its settings', async () => {
    walk.checkout.write('infra/environments/dev.tfvars', SETTINGS)
    walk.checkout.commit('an HTTP API')
    const output = await walk.run('provision --env dev --auto-approve')
    expect(output).toContain('A start, a refusal (stream 4 of 3) and a stop are answered as they should be')
    await walk.serve()
  })

  it('lets three streams in, and a fourth after a stop', async () => {
    const answers = [
      await start('u', 'a'),
      await start('u', 'b'),
      await start('u', 'c'),
      await start('u', 'd'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 409])
    expect(answers[3]?.body).toMatchObject({ active: 3, streams: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] })
    expect(answers[0]?.headers.get('location')).toBe('/test/users/u/streams/a')
    expect((await start('u', 'a')).status).toBe(200)
    expect((await walk.ask('DELETE /users/u/streams/b')).status).toBe(204)
    expect((await start('u', 'd')).status).toBe(201)
    expect(await walk.curl()).toMatchObject({ userId: 'user1', active: 2 })
    expect((await start('user2', 'more')).status).toBe(409)
  })

  it('keeps ids with slashes whole, though it hands them over decoded', async () => {
    const id = encodeURIComponent('a/b c')
    expect((await start(id, 's')).status).toBe(201)
    expect((await walk.ask(`GET /users/${id}/streams`)).body).toMatchObject({ userId: 'a/b c', active: 1 })
    expect((await walk.ask(`DELETE /users/${id}/streams/s`)).status).toBe(204)
  })

  it('answers bad input with problems', async () => {
    const bad = [
      await walk.ask('POST /users/u/streams', { body: '{' }),
      await walk.ask('POST /users/u/streams', { body: {} }),
      await walk.ask('POST /users/u/streams', { body: 'a', headers: { 'content-type': 'text/plain' } }),
      await walk.ask('PATCH /users/u/streams'),
      await walk.ask('GET /nothing/here'),
    ]
    expect(bad.map(({ status }) => status)).toEqual([400, 400, 415, 405, 404])
    for (const { headers } of bad) expect(headers.get('content-type')).toBe('application/problem+json')
  })

  it('answers a page of a known origin, and its preflight', async () => {
    const headers = { origin: 'https://watch.example', 'access-control-request-method': 'POST' }
    const preflight = await walk.ask('OPTIONS /users/u/streams', { headers })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('if-match')
    const answer = await walk.ask('GET /users/u/streams', { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://watch.example')
    expect(answer.headers.get('access-control-expose-headers')).toContain('etag')
  })

  it('is swept on schedule by a function whose role allows just that', async () => {
    await start('alone', 'match')
    await start('among', 'match')
    await start('among', 'film')
    expect((await walk.ask('POST /streams/match/finish')).status).toBe(204)
    const sweeper = await walk.sweeper()
    const swept = await sweeper.invoke(SCHEDULED_EVENT)
    await sweeper.stop()
    // The user whose id has a slash stays a while: a stop leaves a note.
    expect(swept).toMatchObject({
      kind: 'answered',
      result: { outcome: 'finished', leasesFinished: 2, usersRemoved: 1 },
    })
    const { refused, unused } = sweeper.role
    expect(refused).toEqual([])
    // Lambda itself writes logs and dead letters. The read follows a refusal that came without its
    // item.
    expect(unused.filter((permission) => !/^(?:logs:|sqs:|dynamodb:GetItem)/.test(permission))).toEqual([])
  })

  it('throttles as its stage says', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => walk.ask('GET /livez')))
    const letIn = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 429)
    expect(letIn.length + refused.length).toBe(answers.length)
    expect(letIn.length).toBeGreaterThan(0)
    expect(refused.length).toBeGreaterThan(10)
  })

  it('is provisioned again as if from another machine: the buckets are taken over, and nothing else changes', async () => {
    const output = await walk.run('provision --env dev --auto-approve')
    expect(output).toContain('Plan: 4 to import')
    expect(output).toContain('is already released, with the same bundle')
    expect(output).toContain('dev is already as it should be')
  })

  it('lets a token reach the user whom it names, and nothing that operators do', async () => {
    walk.checkout.edit('infra/environments/dev.tfvars', /$/, `${TOKENS}\n`)
    expect(await walk.run('deploy --env dev --auto-approve')).toContain('It answers, and asks for tokens')
    await walk.serve()
    const as = (sub: string) => ({
      headers: { authorization: `Bearer ${walk.issuer.sign({ sub, aud: 'streamgate' })}` },
    })
    const film = { ...as('alice'), body: { streamId: 'film' } }
    expect((await walk.ask('POST /users/alice/streams', film)).status).toBe(201)
    const refused = [
      await walk.ask('GET /users/alice/streams'),
      await walk.ask('GET /users/alice/streams', { headers: { authorization: 'Bearer guessed' } }),
      await walk.ask('GET /users/alice/streams', as('mallory')),
      await walk.ask('DELETE /users/alice/streams/film', as('mallory')),
      await walk.ask('DELETE /users/alice/streams/film?by=operator', as('alice')),
      await walk.ask('DELETE /users/alice', as('mallory')),
      await walk.ask('DELETE /users/alice', as('alice')),
      await walk.ask('POST /streams/film/finish', as('alice')),
      await walk.ask('DELETE /streams/film', as('alice')),
      await walk.ask('GET /metrics', as('alice')),
      await walk.ask('GET /metrics'),
    ]
    expect(refused.map(({ status }) => status)).toEqual([
      401, 401, 403, 403, 403, 403, 403, 403, 403, 403, 401,
    ])
    expect((await walk.ask('GET /livez')).status).toBe(200)
    expect((await walk.ask('GET /policy.schema.json')).status).toBe(200)
    expect((await walk.ask('GET /users/alice/streams', as('alice'))).body).toMatchObject({ active: 1 })
  })

  it('answers a preflight, which has no token', async () => {
    const headers = { origin: 'https://watch.example', 'access-control-request-method': 'POST' }
    const { status, headers: answered } = await walk.ask('OPTIONS /users/alice/streams', { headers })
    expect(status).toBe(204)
    expect(answered.get('access-control-allow-origin')).toBe('https://watch.example')
    expect(answered.get('access-control-allow-headers')).toContain('authorization')
  })

  it('is destroyed', async () => {
    await walk.run('destroy --env dev --auto-approve')
    const { items } = await walk.emulator.get<{ items: unknown[] }>('apigateway', '/v2/apis')
    expect(items).toEqual([])
  })
})
