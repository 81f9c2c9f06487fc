/**
 * Teaches dynalite 4.0.0 `ReturnValuesOnConditionCheckFailure: ALL_OLD`, inside its own lock on the
 * key. A refusal then carries the item on which it was decided, as Amazon DynamoDB's does.
 */
import { createRequire } from 'node:module'

type Refusal = { readonly body: Record<string, unknown> }
type CheckConditional = (request: Record<string, unknown>, item?: unknown) => Refusal | null | undefined
type Types = Record<string, unknown>

const require = createRequire(import.meta.url)
const OPTION = 'ReturnValuesOnConditionCheckFailure'
const engine = require('dynalite/db') as { checkConditional: CheckConditional }

export function teachRefusalsWithItems(): void {
  for (const operation of ['updateItem', 'deleteItem']) {
    const { types } = require(`dynalite/validations/${operation}`) as { types: Types }
    types[OPTION] = { type: 'String', enum: ['ALL_OLD', 'NONE'] }
  }
  const { checkConditional } = engine
  engine.checkConditional = (request, item) => {
    const refusal = checkConditional(request, item)
    if (refusal && item !== undefined && request[OPTION] === 'ALL_OLD') refusal.body['Item'] = item
    return refusal
  }
}
