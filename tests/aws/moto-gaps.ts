/**
 * What AWS would do where moto cannot.
 */
import type { Call, Instead } from './aws-call.ts'

/** Asks moto itself: a method, a path and a JSON body. */
export type AskMoto = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>

type PatchOperation = { readonly op: string; readonly path: string; readonly value: string }

/** AWS's answer where moto has none; undefined wherever moto may speak for itself. */
export async function answerInstead(call: Call, askMoto: AskMoto): Promise<Instead | undefined> {
  const { service, operation, method, path } = call
  if (service === 'application-autoscaling' && operation === 'ListTagsForResource') {
    return { status: 200, body: JSON.stringify({ Tags: {} }) }
  }
  if (service === 'apigateway' && method === 'PATCH' && /\/methods\/[^/]+$/.test(path)) {
    return { status: 200, body: JSON.stringify(await updateMethod(call, askMoto)), type: 'application/json' }
  }
  return undefined
}

/** A REST API's method can be made in moto, and not changed: so it is made again, and its integration with it. */
async function updateMethod({ path, body }: Call, askMoto: AskMoto): Promise<object> {
  const { patchOperations } = JSON.parse(body.toString('utf8')) as {
    patchOperations: readonly PatchOperation[]
  }
  const { methodIntegration, ...method } = await askMoto('GET', path)
  for (const { op, path: member, value } of patchOperations) {
    if (op !== 'replace' || member !== '/apiKeyRequired')
      throw new Error(`UpdateMethod cannot ${op} ${member}`)
    method['apiKeyRequired'] = value === 'true'
  }
  await askMoto('PUT', path, method)
  const { uri, type, timeoutInMillis } = methodIntegration as Record<string, unknown>
  const integration = { uri, type, timeoutInMillis, httpMethod: 'POST', passthroughBehavior: 'WHEN_NO_MATCH' }
  await askMoto('PUT', `${path}/integration`, integration)
  return askMoto('GET', path)
}
