import type { IncomingMessage } from 'node:http'

export const REGION = 'eu-central-1'
/** The access key of the caller who provisions. It may do anything. */
export const ADMINISTRATOR = 'ADMINISTRATOR'

/** Calls on a table's items. All others are on the table itself. */
const ITEM_CALLS = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'BatchGetItem',
])

/** A call of AWS's API. */
export type Call = {
  readonly accessKeyId: string
  readonly service: string
  /** DynamoDB's and others' `X-Amz-Target`, without the version before it. */
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly body: Buffer
}

/** An answer that does not come from moto. */
export type Instead = { readonly status: number; readonly body: string; readonly type?: string }

/** Whether a call reads or writes items of a table. */
export function isOnItems({ service, operation }: Call): boolean {
  return service === 'dynamodb' && ITEM_CALLS.has(operation)
}

/** moto looks for the service in the signature, and does not check it. */
export function signedFor(service: string): Record<string, string> {
  const credential = `${ADMINISTRATOR}/20260101/${REGION}/${service}/aws4_request`
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=none`,
  }
}

/** The call that a request makes. */
export function callOf({ headers, method = '', url = '' }: IncomingMessage, body: Buffer): Call {
  const credential = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
  const [accessKeyId = '', , , service = ''] = credential.split('/')
  const target = headers['x-amz-target']
  const operation = typeof target === 'string' ? (target.split('.')[1] ?? '') : ''
  return { accessKeyId, service, operation, method, path: url, body }
}
