import schema from '../../policy.schema.json' with { type: 'json' }

/**
 * The JSON Schema of a policy file, draft 2020-12: the file that is shipped is the one that is served. It says
 * what `parsePolicy` asks for, as far as JSON Schema can.
 */
export const POLICY_SCHEMA: Readonly<Record<string, unknown>> = schema
