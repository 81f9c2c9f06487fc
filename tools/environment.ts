/**
 * The environment of a tool or of a test. Apart from the service's configuration, only this file
 * reads it.
 */
export const ENVIRONMENT: Readonly<NodeJS.ProcessEnv> = process.env
