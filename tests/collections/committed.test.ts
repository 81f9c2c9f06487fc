import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { noContent } from '../../service/src/api/http.ts'
import type { Operation, Route } from '../../service/src/api/route.ts'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { collectionFiles, COLLECTIONS_FOLDER } from '../../tools/collections.ts'

const POSTMAN_COLLECTION = 'postman/streamgate.postman_collection.json'

describe('the collections', () => {
  it('are those that the script generates', () => {
    const committed = Object.fromEntries(
      readdirSync(COLLECTIONS_FOLDER, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [relative(COLLECTIONS_FOLDER, path), readFileSync(path, 'utf8')]),
    )
    expect(committed, 'run `npm run collections`, and commit what it writes').toEqual(
      Object.fromEntries(collectionFiles()),
    )
  })

  it('call every operation of the document that is not deprecated', () => {
    const called = requestLines(collectionFiles()).map((line) => line.replaceAll(/\{\{\w+\}\}[^/]*/g, '*'))
    for (const { method, path, operation } of ROUTES) {
      if (operation.isDeprecated === true) continue
      const pattern = path
        .replace('{type}', 'stream-limit-reached')
        .replace('{deviceId}', 'tv-1')
        .replace('{name}', 'title:film-1')
        .replaceAll(/\{\w+\}/g, '*')
      expect(called).toContain(`${method} ${pattern}`)
    }
  })

  it('call an operation that the walk does not know, with what the document says of it', () => {
    const body = v.object({ hour: v.pipe(v.string(), v.metadata({ jsonSchema: { examples: ['now'] } })) })
    const files = collectionFiles([
      ...ROUTES,
      route('/users/{userId}/naps', { body: { schema: body, isRequired: true } }),
    ])
    expect(requestLines(files).at(-1)).toBe('POST /users/{{userId}}/naps')
    expect(files.get(POSTMAN_COLLECTION)).toContain('{\\n  \\"hour\\": \\"now\\"\\n}')
    expect(files.get('bruno/more/take-a-nap.bru')).toContain(
      'expect([204,400,413,415,429]).to.include(status)',
    )
  })

  it('are not generated if the document lacks an example, or an operation that the walk calls', () => {
    const body = v.object({ hour: v.number() })
    expect(() => collectionFiles([...ROUTES, route('/naps/{nap}', {})])).toThrow(
      /^POST \/naps\/\{nap\}: the OpenAPI document has no example of \{nap\}/,
    )
    expect(() =>
      collectionFiles([...ROUTES, route('/naps', { body: { schema: body, isRequired: true } })]),
    ).toThrow(/^POST \/naps: the OpenAPI document has no example of its application\/json body/)
    expect(() => collectionFiles(ROUTES.filter(({ path }) => path !== '/livez'))).toThrow(
      /“Is the process alive\?” calls isAlive, which the OpenAPI document does not have/,
    )
  })
})

function route(path: string, more: Partial<Operation>): Route {
  const operation = {
    operationId: 'nap',
    summary: 'Take a nap',
    description: 'An operation of tomorrow.',
    answers: { 204: { description: 'Rested.' } },
    ...more,
  } as const
  return { method: 'POST', path, audience: 'viewer', scope: 'admit', operation, handle: noContent }
}

type PostmanCollection = {
  readonly item: readonly {
    readonly item: readonly { readonly request: { readonly method: string; readonly url: { raw: string } } }[]
  }[]
}

/** Method and path of all requests, in the order in which they are sent. */
function requestLines(files: ReadonlyMap<string, string>): readonly string[] {
  const collection = JSON.parse(files.get(POSTMAN_COLLECTION) ?? '') as PostmanCollection
  return collection.item
    .flatMap(({ item }) => item)
    .map(({ request }) => `${request.method} ${request.url.raw.replace('{{url}}', '')}`)
}
