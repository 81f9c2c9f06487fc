import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hostOf, targetOf } from '../src/dynamodb/client-config.ts'
import { DynamoDbClient } from '../src/dynamodb/dynamodb-client.ts'
import { DynamoDbError } from '../src/dynamodb/dynamodb-error.ts'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { temporaryFolder } from './temporary-folder.ts'

const INPUT = { TableName: 'UserStreams', Key: { UserId: { S: 'zoë' } }, ConsistentRead: true } as const
const HOUR_MS = 3_600_000

/** A request as DynamoDB gets it. */
type Received = { readonly headers: IncomingMessage['headers']; readonly body: string }
type Reply = { readonly status: number; readonly body: object | string; readonly atMs?: number }

/** A DynamoDB that gives these answers, the last one again and again. */
async function answering(...replies: Reply[]): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const reply = replies[Math.min(received.length, replies.length - 1)]
      received.push({ headers: request.headers, body })
      response.writeHead(reply?.status ?? 500, {
        date: new Date(reply?.atMs ?? Date.now()).toUTCString(),
      })
      response.end(typeof reply?.body === 'string' ? reply.body : JSON.stringify(reply?.body))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

function read(options: ConstructorParameters<typeof DynamoDbClient>[0]) {
  const client = new DynamoDbClient(options)
  onTestFinished(() => client.destroy())
  return client.send('GetItem', INPUT, new AbortController().signal)
}

beforeEach(() => {
  for (const name of Object.keys(ENVIRONMENT)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_SESSION_TOKEN', 'token')
  vi.stubEnv('AWS_REGION', 'eu-central-1')
})

afterEach(() => vi.unstubAllEnvs())

describe('the client of DynamoDB', () => {
  it('sends an operation in JSON, signed with the credentials of the environment', async () => {
    const { endpoint, received } = await answering({ status: 200, body: { Item: { UserId: { S: 'zoë' } } } })
    expect(await read({ endpoint })).toEqual({ output: { Item: { UserId: { S: 'zoë' } } }, attempts: 1 })
    const [request] = received
    expect(JSON.parse(request?.body ?? '')).toEqual(INPUT)
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
      'x-amz-security-token': 'token',
      authorization: request && authorizationOf(request, 'secret'),
    })
  })

  it('takes an error from the body or from the header, with the item in the way', async () => {
    const type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'
    const Item = { UserId: { S: 'zoë' } }
    const { endpoint } = await answering({ status: 400, body: { __type: type, message: 'no', Item } })
    const error: unknown = await read({ endpoint }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DynamoDbError)
    expect(error).toMatchObject({ message: 'no', Item, isConditionConflict: true, attempts: 1 })
    const broken = await answering({ status: 403, body: '<html>' })
    await expect(read({ endpoint: broken.endpoint })).rejects.toThrow('DynamoDB answered 403')
  })

  it('sends a throttled request again, and says how often it did', async () => {
    const throttled = { status: 400, body: { __type: 'x#ThrottlingException' } }
    const { endpoint, received } = await answering(throttled, { status: 200, body: {} })
    expect(await read({ endpoint })).toEqual({ output: {}, attempts: 2 })
    expect(received).toHaveLength(2)
  })

  it('corrects its clock by that of DynamoDB if a signature is refused for it', async () => {
    const atMs = Date.now() + HOUR_MS
    const refused = { status: 400, body: { __type: 'x#InvalidSignatureException' }, atMs }
    const { endpoint, received } = await answering(refused, { status: 200, body: {} })
    expect((await read({ endpoint })).attempts).toBe(2)
    const [first, second] = received.map(({ headers }) => instantOf(headers['x-amz-date']))
    expect(Math.abs((second ?? 0) - (first ?? 0) - HOUR_MS)).toBeLessThan(60_000)
  })

  it('finds Region, address and credentials in the files of a profile too', async () => {
    const { endpoint, received } = await answering({ status: 200, body: {} })
    const folder = temporaryFolder()
    const services = `[profile dev]\nregion = eu-west-3\nservices = local\n[services local]\ndynamodb =\n  endpoint_url = ${endpoint}\n`
    writeFileSync(join(folder, 'config'), services)
    writeFileSync(
      join(folder, 'credentials'),
      '[dev]\naws_access_key_id = FILE\naws_secret_access_key = in-file\n',
    )
    vi.stubEnv('AWS_PROFILE', 'dev')
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'))
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
    for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      vi.stubEnv(name, undefined)
    await read({})
    expect(received[0]?.headers.authorization).toContain('Credential=FILE/')
    expect(received[0]?.headers.authorization).toContain('/eu-west-3/dynamodb/aws4_request')
  })

  it('takes the address for DynamoDB before that for all of AWS', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://all.example')
    expect((await targetOf({})).url.host).toBe('all.example')
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://dynamodb.example:8000/path')
    expect((await targetOf({})).url.href).toBe('http://dynamodb.example:8000/path')
  })

  it('needs a Region', async () => {
    vi.stubEnv('AWS_REGION', undefined)
    await expect(new DynamoDbClient().assertRegion()).rejects.toThrow('no AWS Region is set: set AWS_REGION')
    await expect(new DynamoDbClient({ region: 'eu-west-1' }).assertRegion()).resolves.toBeUndefined()
  })
})

describe('the host of a Region', () => {
  const REGIONS = [
    'eu-central-1',
    'us-east-1',
    'ap-southeast-7',
    'il-central-1',
    'cn-north-1',
    'us-gov-west-1',
    'us-gov-east-1',
    'eusc-de-east-1',
  ]
  const flags = [false, true].flatMap((isFips) =>
    [false, true].map((isDualStack) => ({ isFips, isDualStack })),
  )

  it.each(REGIONS.flatMap((region) => flags.map((flag) => ({ region, ...flag }))))(
    'is the one that the SDK chooses: $region, FIPS $isFips, dual stack $isDualStack',
    ({ region, ...flag }) => {
      const { config } = new DynamoDBClient({ region })
      const { url } = config.endpointProvider({
        Region: region,
        UseFIPS: flag.isFips,
        UseDualStack: flag.isDualStack,
      })
      expect(hostOf(region, flag)).toBe(url.host)
    },
  )
})

/** The header that DynamoDB expects (AWS General Reference, "Create a signed AWS API request"). */
function authorizationOf({ headers, body }: Received, secret: string): string {
  const time = String(headers['x-amz-date'])
  const [, credential = '', signed = ''] =
    /Credential=([^,]+), SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? []
  const [id, ...scope] = credential.split('/')
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const canonical = `POST\n/\n\n${lines.join('')}\n${signed}\n${sha256(body)}`
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope.join('/')}\n${sha256(canonical)}`
  let key: string | Buffer = `AWS4${secret}`
  for (const part of scope) key = createHmac('sha256', key).update(part).digest()
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  expect(signed.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-target']))
  return `AWS4-HMAC-SHA256 Credential=${id}/${scope.join('/')}, SignedHeaders=${signed}, Signature=${signature}`
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

/** The instant of `20261126T130000Z`. */
function instantOf(header: string | string[] | undefined): number {
  return Date.parse(String(header).replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'))
}
