/**
 * Holds every answer to the OpenAPI document that the target itself serves.
 */
import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenApiDocument, OpenApiOperation } from '../../service/src/api/openapi-document.ts'
import type { TargetRequest, TargetResponse } from './target.ts'

type Schema = Readonly<Record<string, unknown>>

/** Checks answers against one document. */
export class OpenApiCheck {
  readonly #document: OpenApiDocument
  readonly #ajv: Ajv2020
  readonly #validators = new Map<Schema, ValidateFunction>()

  constructor(document: OpenApiDocument) {
    this.#document = document
    this.#ajv = new Ajv2020({ strict: false, allErrors: true })
    formats.default(this.#ajv)
    this.#ajv.addSchema(document, 'openapi')
  }

  /** @throws {AssertionError} where the document does not promise this answer to this request. */
  check(request: TargetRequest, response: TargetResponse): void {
    const about = `${request.method} ${request.path} -> ${response.status} ${response.text}`
    const operation = this.#operationOf(request)
    if (operation === undefined) {
      const isPreflight = request.method === 'OPTIONS' && response.status === 204
      if (isPreflight) return
      assert.ok([400, 404, 405].includes(response.status), about)
      if (request.method === 'HEAD') return
      this.#assertValid({ $ref: '#/components/schemas/Problem' }, response, about)
      return
    }
    const promised = operation.responses[String(response.status)]
    assert.ok(promised, `a status that the document does not promise: ${about}`)
    if (promised.content === undefined || request.method === 'HEAD') return
    const type = (response.headers['content-type'] ?? '').split(';')[0] ?? ''
    const content = promised.content[type]
    const isPage = type === 'text/html'
    assert.ok(content ?? isPage, `a type that the document does not promise, ${type}: ${about}`)
    if (type.endsWith('json') && content !== undefined) this.#assertValid(content.schema, response, about)
  }

  #operationOf({ method, path }: TargetRequest): OpenApiOperation | undefined {
    const parts = path.split('?')[0]?.split('/') ?? []
    const template = Object.keys(this.#document.paths).find((candidate) => {
      const pattern = candidate.split('/')
      return (
        pattern.length === parts.length &&
        parts.at(-1) !== '' &&
        pattern.every((part, index) => part.startsWith('{') || part === parts[index])
      )
    })
    const methods = template === undefined ? undefined : this.#document.paths[template]
    return methods?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
  }

  #assertValid(schema: Schema, response: TargetResponse, about: string): void {
    const validate = this.#validators.get(schema) ?? this.#ajv.compile(absolute(schema))
    this.#validators.set(schema, validate)
    assert.ok(validate(JSON.parse(response.text)), `${about}: ${this.#ajv.errorsText(validate.errors)}`)
  }
}

/** References of the document, as seen from outside it. */
function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as Schema
}
