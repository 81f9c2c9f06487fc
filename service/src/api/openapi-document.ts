/**
 * The OpenAPI document as this code reads it.
 */

/** An OpenAPI 3.1 document, as far as this code reads it. */
export type OpenApiDocument = {
  readonly openapi: '3.1.0'
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly OpenApiTag[]
  readonly info: {
    readonly title: string
    readonly version: string
    readonly description: string
    readonly license: { readonly name: string; readonly identifier: string }
  }
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
}

/** A group of operations. */
export type OpenApiTag = { readonly name: string; readonly description: string }

/** One operation of the document. */
export type OpenApiOperation = {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly deprecated?: boolean
  readonly tags: readonly string[]
  /** The schemes that allow the call, each with its scopes. `{}` allows it without any. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly description: string
    readonly schema: Readonly<Record<string, unknown>>
  }[]
  readonly requestBody?: { readonly required: boolean; readonly content: OpenApiContent }
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string
        readonly headers?: Readonly<Record<string, unknown>>
        readonly content?: OpenApiContent
      }
    >
  >
}

/** A body by media type. */
export type OpenApiContent = Readonly<Record<string, { readonly schema: Readonly<Record<string, unknown>> }>>

/** An operation with its method and path. */
export type PlacedOperation = {
  readonly path: string
  readonly method: string
  readonly operation: OpenApiOperation
}

/** All operations of a document, in its order. */
export function operationsIn({ paths }: OpenApiDocument): readonly PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
}
