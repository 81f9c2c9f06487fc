import type { Documents, Route, Service } from './route.ts'

/**
 * Makes the documents at the first request for one.
 *
 * So a cold start of a Lambda neither loads nor makes them.
 */
export function lazyDocuments(routes: readonly Route[], version: string): Service['documents'] {
  let made: Promise<Documents> | undefined
  const make = async () => {
    const { makeDocuments } = await import('./documents.ts')
    return makeDocuments(routes, version)
  }
  return () => (made ??= make())
}
