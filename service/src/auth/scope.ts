/** What an API key may allow. */
export const SCOPES = ['admit', 'read', 'end', 'operate'] as const

/**
 * `admit`: start streams, keep them alive and name devices. `read`: look at them. `end`: stop
 * streams and remove devices. `operate`: everything that is for operators.
 */
export type Scope = (typeof SCOPES)[number]
