import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../src/api/openapi.ts'
import { ROUTES } from '../src/api/routes/index.ts'

const document = openApiDocument(ROUTES, '1.2.3')

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document))
    expect(result).toMatchObject({ valid: true })
    expect(document.openapi).toBe('3.1.0')
  })

  it('holds every route', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    expect(operations).toHaveLength(ROUTES.length)
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(ROUTES.length)
  })

  it('says which ids are valid', () => {
    const { properties } = document.components.schemas['Start'] as { properties: Record<string, unknown> }
    expect(properties['streamId']).toMatchObject({
      type: 'string',
      minLength: 1,
      maxLength: 128,
      pattern: expect.stringContaining('@'),
      examples: ['456'],
    })
  })
})
