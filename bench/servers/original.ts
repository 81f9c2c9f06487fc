/**
 * A start as the service before this one decides it: one conditional `UpdateItem` by AWS's SDK,
 * which appends to the list of streams, behind `node:http`. It knows no other call.
 */
import { createServer, type ServerResponse } from 'node:http'
import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'

const LIMIT = '3'
const client = new DynamoDBClient({})

createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => void start(request.url ?? '', Buffer.concat(pieces).toString(), response))
}).listen(Number(process.argv[2]), '127.0.0.1')

async function start(url: string, body: string, response: ServerResponse): Promise<void> {
  if (body === '') return answer(response, 400, { message: 'streamId is required' })
  const userId = url.split('/')[2] ?? ''
  const { streamId } = JSON.parse(body) as { streamId: string }
  try {
    await client.send(addition(userId, streamId))
    answer(response, 200, { userId, streamId })
  } catch (error) {
    const isFull = error instanceof ConditionalCheckFailedException
    answer(response, isFull ? 409 : 500, { message: isFull ? 'too many streams' : 'failed' })
  }
}

function addition(userId: string, streamId: string): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: 'streams',
    Key: { UserId: { S: userId } },
    UpdateExpression: 'SET Streams = list_append(if_not_exists(Streams, :none), :streams)',
    ConditionExpression: 'attribute_not_exists(Streams) OR size(Streams) < :limit',
    ExpressionAttributeValues: {
      ':none': { L: [] },
      ':streams': { L: [{ S: streamId }] },
      ':limit': { N: LIMIT },
    },
  })
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
