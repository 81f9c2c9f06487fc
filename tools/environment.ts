/** The environment of a tool or of a test: the one place beside the service's configuration that reads it. */
export const ENVIRONMENT: Readonly<NodeJS.ProcessEnv> = process.env
