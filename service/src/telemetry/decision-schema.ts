import schema from '../../decision.schema.json' with { type: 'json' }

/**
 * The JSON Schema of the line of a decision, draft 2020-12. `decision-line.ts` writes what it says,
 * and `decision-reader.ts` reads all that it allows.
 */
export const DECISION_SCHEMA: Readonly<Record<string, unknown>> = schema
