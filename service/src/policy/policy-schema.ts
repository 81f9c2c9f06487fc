import schema from '../../policy.schema.json' with { type: 'json' }

/**
 * The JSON Schema of a policy file, draft 2020-12. The file that is shipped is also the one that is
 * served. It requires what `parsePolicy` requires, as far as JSON Schema can.
 */
export const POLICY_SCHEMA: Readonly<Record<string, unknown>> = schema
