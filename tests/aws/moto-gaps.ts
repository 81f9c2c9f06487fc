/**
 * Answers of AWS that moto cannot give.
 */
import type { Call, Instead } from './aws-call.ts'

/** Asks moto itself: a method, a path and a JSON body. */
export type AskMoto = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>

type PatchOperation = { readonly op: string; readonly path: string; readonly value: string }

/** AWS's answer to a call that moto cannot answer. `undefined` if moto can. */
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

/** moto cannot change a method of a REST API, so the method and its integration are made again. */
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
