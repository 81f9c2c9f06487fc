/**
 * Something that answers like DynamoDB and keeps nothing, so that what is measured in front of it
 * is the program and its client: `dynamodb-endpoint.ts <port>`.
 *
 * Every write is done. If it asks for the new item, it gets one in which the write stands alone.
 */
import { createServer } from 'node:http'

type Value = Readonly<Record<string, unknown>>
type Request = {
  readonly ReturnValues?: string
  readonly Key?: Value
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>
}

const FAR_SECONDS = 100 * 86_400
const HEADERS = { 'content-type': 'application/x-amz-json-1.0' }

createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (piece: string) => {
    text += piece
  })
  request.on('end', () => {
    const body = JSON.stringify(text === '' ? {} : answerTo(JSON.parse(text) as Request))
    response.writeHead(200, { ...HEADERS, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
}).listen(Number(process.argv[2]), '127.0.0.1')

function answerTo(request: Request): object {
  if (request.ReturnValues !== 'ALL_NEW') return {}
  return { Attributes: { ...request.Key, V: { N: '1' }, ...inDays(), ...leaseIn(request) } }
}

/** The lease that was added or renewed, or none if it was removed. */
function leaseIn({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Request): object {
  const { ':lease': added, ':renewed': renewed, ':expires': expires, ':id': id } = values ?? {}
  const attribute = names?.['#lease']
  const lease = added ?? (renewed && { M: { s: renewed, r: renewed, e: expires, g: { S: 'abcdefgh12' } } })
  if (lease === undefined || attribute === undefined) return { Streams: { L: [] }, D: { L: [] } }
  return { Streams: { L: [id] }, D: { L: [{ S: '' }] }, [attribute]: lease }
}

function inDays(): object {
  return { ExpiresAt: { N: String(Math.ceil(Date.now() / 1000) + FAR_SECONDS) } }
}
