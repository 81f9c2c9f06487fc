/**
 * The collection as a value: the walk over the OpenAPI document, and then every operation that the
 * walk does not know, unless it is deprecated.
 */
import type { OpenApiDocument } from '../../service/src/api/openapi-document.ts'
import { callOf, operationsOf, plainStep, type Call, type PlacedOperation, type Step } from './call.ts'
import { PLAIN_PART, WALK } from './walk.ts'

export type CollectionPart = { readonly name: string; readonly docs: string; readonly calls: readonly Call[] }

/** Variables for one address of the service. */
export type Environment = {
  readonly name: string
  readonly variables: Readonly<Record<string, string>>
  /** Which of them are secret. */
  readonly secrets: readonly string[]
}

export type Collection = {
  readonly name: string
  readonly docs: string
  readonly parts: readonly CollectionPart[]
  readonly environments: readonly Environment[]
}

const DOCS =
  'Made from the OpenAPI document by `npm run collections`. Choose an environment, and run it from the top down. Everything happens to the one user that `userId` names, who is forgotten before and after.'

/** Made-up names, so that a walk on a service in use meets no viewer. */
const NAMES = { userId: 'walk-through', streamId: '456', deviceId: 'tv-1' } as const

const ENVIRONMENTS: readonly Environment[] = [
  { name: 'local', variables: { url: 'http://127.0.0.1:8080', ...NAMES, apiKey: '' }, secrets: [] },
  { name: 'aws', variables: { url: '', ...NAMES, apiKey: '' }, secrets: ['apiKey'] },
]

/**
 * The collection for a document.
 *
 * @throws {Error} if the walk calls what the document does not have, or the document lacks an
 * example.
 */
export function makeCollection(document: OpenApiDocument): Collection {
  const operations = operationsOf(document)
  const walked = WALK.map(({ name, docs, steps }) => ({
    name,
    docs,
    calls: steps.map((step) => callOf(document, operationOf(operations, step), step)),
  }))
  const known = new Set(WALK.flatMap(({ steps }) => steps.map(({ operationId }) => operationId)))
  const plain = operations
    .filter(({ operation }) => operation.deprecated !== true && !known.has(operation.operationId))
    .map((placed) => callOf(document, placed, plainStep(placed)))
  return {
    name: 'Streamgate',
    docs: DOCS,
    parts: plain.length === 0 ? walked : [...walked, { ...PLAIN_PART, calls: plain }],
    environments: ENVIRONMENTS,
  }
}

function operationOf(operations: readonly PlacedOperation[], step: Step): PlacedOperation {
  const placed = operations.find(({ operation }) => operation.operationId === step.operationId)
  if (placed !== undefined) return placed
  throw new Error(
    `tools/collections/walk.ts: “${step.name}” calls ${step.operationId}, which the OpenAPI document does not have`,
  )
}
