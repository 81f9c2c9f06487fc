/**
 * From an empty account to a destroyed deployment with a REST API. Each step needs those before it.
 */
import { expect, it } from 'vitest'
import { describeWalk, type Answer } from '../aws-walk.ts'

const SETTINGS = 'infra/environments/dev.tfvars'
const NEW_SETTINGS = `
capacity_mode = "provisioned"
consumers = {
  app    = { rate = 1000, burst = 1000 }
  player = { rate = 0.001, burst = 3 }
  tool   = { rate = 1000, burst = 1000, daily_quota = 2 }
}
`

/** What somebody else has set, for the logs of other APIs of the account. */
const LOG_ROLE = 'arn:aws:iam::123456789012:role/logs-of-all-apis'

describeWalk('a REST API on AWS', (walk) => {
  const start = (user: string, streamId: string, headers = {}): Promise<Answer> =>
    walk.ask(`POST /users/${user}/streams`, { headers, body: { streamId } })
  const commits: string[] = []

  it('is provisioned from nothing, by one command', async () => {
    // Terraform waits two minutes for the queue of the sweeper, so only the other walk has it.
    walk.checkout.edit(SETTINGS, /$/, '\nsweep_schedule = null\n')
    commits.push(walk.checkout.commit('without the sweeper'))
    await walk.emulator.patch('apigateway', '/account', {
      patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value: LOG_ROLE }],
    })
    const output = await walk.run('provision --env dev --auto-approve')
    expect(output).toContain(`API Gateway writes its logs by ${LOG_ROLE} already: that is left alone`)
    expect(output).toContain(`dev is at commit ${commits[0]}`)
    await walk.serve()
    expect(output).toContain(`URL:  ${walk.outputs.url}\n`)
    expect(walk.outputs.url).toMatch(/\/test$/)
    expect(output).toContain(`Try:  ${walk.outputs.curl}\n`)
  })

  it('builds the same bundle twice, and releases it once', async () => {
    const first = walk.checkout.read('dist/bundle.zip')
    await walk.run('build')
    expect(walk.checkout.read('dist/bundle.zip').equals(first)).toBe(true)
    expect(await walk.run('release')).toContain('is already released, with the same bundle')
  })

  it('is what its plan says: to deploy it again changes nothing', async () => {
    expect(await walk.run('deploy --env dev --auto-approve')).toContain('dev is already as it should be')
  })

  it('lets three streams in, names them to the fourth, and lets it in after a stop', async () => {
    expect(statuses([await start('u', 'a'), await start('u', 'b'), await start('u', 'c')])).toEqual([
      201, 201, 201,
    ])
    const refused = await start('u', 'd')
    expect(refused.status).toBe(409)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.body).toMatchObject({ active: 3, streams: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] })
    expect((await start('u', 'b')).status).toBe(200)
    expect((await walk.ask('DELETE /users/u/streams/b')).status).toBe(204)
    expect((await start('u', 'd')).status).toBe(201)
    expect((await walk.ask('PUT /users/u/streams/d')).status).toBe(200)
    expect((await walk.ask('GET /users/u/streams')).body).toMatchObject({ active: 3 })
  })

  it('answers with a location that can be called', async () => {
    const location =
      (await start('u', 'a')).headers.get('location') ?? (await start('v', 'a')).headers.get('location')
    expect(location).toBe('/test/users/v/streams/a')
  })

  it('has the sample users: one may start more, the other may not', async () => {
    expect((await walk.ask('GET /users/user2/streams')).body).toMatchObject({ active: 3 })
    expect(await walk.curl()).toMatchObject({ userId: 'user1', active: 2, streams: ['abc', '456'] })
    expect((await start('user2', 'more')).status).toBe(409)
    expect((await walk.ask('DELETE /users/user2/streams/def')).status).toBe(204)
  })

  it('answers bad input with problems', async () => {
    const bad = [
      await walk.ask('POST /users/u/streams', { body: '{' }),
      await walk.ask('POST /users/u/streams', { body: '[]' }),
      await walk.ask('POST /users/u/streams'),
      await walk.ask('POST /users/u/streams', { body: {} }),
      await walk.ask('POST /users/u/streams', { body: { streamId: 'x'.repeat(129) } }),
      await walk.ask('POST /users/u/streams', { body: 'a', headers: { 'content-type': 'text/plain' } }),
      await walk.ask('POST /users/u/streams', { body: { streamId: 'y', label: 'x'.repeat(9000) } }),
      await walk.ask(`POST /users/${'x'.repeat(257)}/streams`, { body: { streamId: 'y' } }),
      await walk.ask('PATCH /users/u/streams', { body: {} }),
      await walk.ask('GET /nothing/here'),
    ]
    expect(statuses(bad)).toEqual([400, 400, 400, 400, 400, 415, 413, 400, 405, 404])
    for (const { headers, body, status } of bad) {
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(body['status']).toBe(status)
    }
  })

  it('keeps ids with slashes, dots and other signs whole', async () => {
    const id = encodeURIComponent('a/b.c[0]#é%')
    expect((await walk.ask(`POST /users/${id}/streams`, { body: { streamId: 's/1' } })).status).toBe(201)
    expect((await walk.ask(`GET /users/${id}/streams`)).body).toMatchObject({
      userId: 'a/b.c[0]#é%',
      active: 1,
    })
    expect((await walk.ask(`DELETE /users/${id}`)).status).toBe(204)
  })

  // A heartbeat gets 200 only if the lease is still held, however long the deployment took.
  it('takes a new release under a viewer’s feet, and leaves the samples as players left them', async () => {
    const taken = await start('viewer', 'film')
    walk.checkout.edit('service/package.json', '"version": "0.2.0"', '"version": "0.2.1"')
    commits.push(walk.checkout.commit('a new version'))
    const key = `streamgate/${commits[1]}/bundle.zip`
    await walk.run('build')
    await walk.emulator.tamper(walk.artefactBucket, key, 'another zip')
    const { code, output } = await walk.tryRun('release')
    expect(code).toBe(1)
    expect(output).toContain(`commit ${commits[1]} is released already with another bundle`)
    await walk.emulator.tamper(walk.artefactBucket, key)
    expect(await walk.run('build-release-deploy --env dev --auto-approve')).toContain(
      `Released ${commits[1]}`,
    )
    await walk.serve()
    expect((await walk.ask('GET /version')).body).toMatchObject({ version: '0.2.1' })
    const renewed = await walk.ask('PUT /users/viewer/streams/film')
    expect(renewed.status).toBe(200)
    expect(renewed.headers.get('etag')).toBe(taken.headers.get('etag'))
    expect((await walk.ask('PUT /users/user1/streams/456')).status).toBe(200)
    expect((await walk.ask('GET /users/user2/streams')).body).toMatchObject({ active: 2 })
  })

  it('is rolled back by deploying the commit before', async () => {
    await walk.run(`deploy --env dev --commit ${commits[0]} --auto-approve`)
    await walk.serve()
    expect((await walk.ask('GET /version')).body).toMatchObject({ version: '0.2.0' })
    expect((await walk.ask('PUT /users/viewer/streams/film')).status).toBe(200)
  })

  it('takes keys, plans, a throttle and provisioned capacity by its settings', async () => {
    walk.checkout.edit(SETTINGS, /$/, NEW_SETTINGS)
    await walk.run(`deploy --env dev --commit ${commits[0]} --auto-approve`)
    await walk.serve()
    const { Table } = await walk.emulator.call<{ Table: Record<string, unknown> }>(
      'dynamodb',
      'DynamoDB_20120810.DescribeTable',
      { TableName: walk.outputs.table_name },
    )
    expect(Table['ProvisionedThroughput']).toMatchObject({ ReadCapacityUnits: 20, WriteCapacityUnits: 20 })
    expect((await start('w', 'a')).status).toBe(403)
    expect((await start('w', 'a', { 'x-api-key': 'guessed' })).status).toBe(403)
    expect((await walk.ask('GET /livez')).status).toBe(200)
    expect(await walk.curl()).toMatchObject({ userId: 'user1', streamId: '456' })
  })

  it('throttles each consumer by its own plan', async () => {
    const headers = { 'x-api-key': walk.outputs.api_keys['player'] ?? '' }
    const atOnce = await Promise.all(
      Array.from({ length: 8 }, () => walk.ask('GET /users/w/streams', { headers })),
    )
    expect(atOnce.filter(({ status }) => status === 200)).toHaveLength(3)
    const [throttled] = atOnce.filter(({ status }) => status === 429)
    expect(throttled?.body).toMatchObject({ type: '/test/problems/too-many-requests' })
    expect(throttled?.headers.get('retry-after')).toBe('1')
    const others = { 'x-api-key': walk.outputs.api_keys['app'] ?? '' }
    expect((await start('w', 'a', others)).status).toBe(201)
  })

  it('ends a consumer’s day at its quota', async () => {
    const headers = { 'x-api-key': walk.outputs.api_keys['tool'] ?? '' }
    expect((await walk.ask('GET /users/w/streams', { headers })).status).toBe(200)
    expect((await walk.ask('DELETE /users/w', { headers })).status).toBe(204)
    const usedUp = await walk.ask('GET /users/w/streams', { headers })
    expect(usedUp.status).toBe(429)
    expect(usedUp.headers.get('retry-after')).toBe('3600')
  })

  it('ends a finished stream for everybody', async () => {
    const headers = { 'x-api-key': walk.outputs.api_keys['app'] ?? '' }
    expect((await walk.ask('POST /streams/film/finish', { headers })).status).toBe(204)
    expect((await walk.ask('PUT /users/viewer/streams/film', { headers })).status).toBe(410)
  })

  it('has a role that allows all it does, and nothing that it does not', () => {
    const { refused, unused, wide } = walk.function.role
    expect(refused).toEqual([])
    expect(wide.filter((permission) => !permission.startsWith('logs:'))).toEqual([])
    expect(unused.filter((permission) => !permission.startsWith('logs:'))).toEqual([])
  })

  it('is not deployed if that would lose the table', async () => {
    walk.checkout.edit(SETTINGS, 'table_name             = "UserStreams"', 'table_name = "Others"')
    const { code, output } = await walk.tryRun('deploy --env dev --auto-approve')
    expect(code).toBe(1)
    expect(output).toContain('this plan would take away module.table.aws_dynamodb_table')
    expect((await walk.ask('GET /livez')).status).toBe(200)
    walk.checkout.edit(SETTINGS, 'table_name = "Others"', 'table_name = "UserStreams"')
  })

  it('is destroyed without a trace', async () => {
    await walk.run('destroy --env dev --auto-approve')
    const { item: apis } = await walk.emulator.get<{ item: unknown[] }>('apigateway', '/restapis')
    const { Functions } = await walk.emulator.get<{ Functions: unknown[] }>(
      'lambda',
      '/2015-03-31/functions/',
    )
    const { TableNames } = await walk.emulator.call<Lists>('dynamodb', 'DynamoDB_20120810.ListTables')
    const { logGroups } = await walk.emulator.call<Lists>('logs', 'Logs_20140328.DescribeLogGroups')
    expect({ apis, Functions, TableNames, logGroups }).toEqual({
      apis: [],
      Functions: [],
      TableNames: [],
      logGroups: [],
    })
    const roles = await walk.emulator.query('iam', { Action: 'ListRoles', Version: '2010-05-08' })
    expect([...roles.matchAll(/<RoleName>([^<]+)/g)].map(([, name]) => name)).toEqual([])
    const account = await walk.emulator.get<Record<string, unknown>>('apigateway', '/account')
    expect(account).toMatchObject({ cloudwatchRoleArn: LOG_ROLE })
    expect(await walk.run('destroy --env dev --auto-approve')).toContain('There is nothing of dev')
  })
})

/** What lists of AWS hold, as far as they must be empty. */
type Lists = { readonly TableNames: readonly unknown[]; readonly logGroups: readonly unknown[] }

function statuses(answers: readonly Answer[]): number[] {
  return answers.map(({ status }) => status)
}
