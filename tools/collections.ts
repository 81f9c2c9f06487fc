/**
 * `npm run collections` generates the collections for Postman and Bruno from the OpenAPI document,
 * the same to the byte for the same document.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openApiDocument } from '../service/src/api/openapi.ts'
import type { Route } from '../service/src/api/route.ts'
import { ROUTES } from '../service/src/api/routes/index.ts'
import { brunoFiles } from './collections/bruno.ts'
import { makeCollection } from './collections/collection.ts'
import { postmanFiles } from './collections/postman.ts'

/** The folder of the collections. */
export const COLLECTIONS_FOLDER = fileURLToPath(new URL('../collections', import.meta.url))

/**
 * Every file of the collections, by its path in their folder.
 *
 * @throws {Error} with what the walk or a route lacks, in one line.
 */
export function collectionFiles(routes: readonly Route[] = ROUTES): ReadonlyMap<string, string> {
  const collection = makeCollection(openApiDocument(routes, ''))
  return new Map(Object.entries({ ...postmanFiles(collection), ...brunoFiles(collection) }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = collectionFiles()
  rmSync(COLLECTIONS_FOLDER, { recursive: true, force: true })
  for (const [path, text] of files) {
    mkdirSync(dirname(join(COLLECTIONS_FOLDER, path)), { recursive: true })
    writeFileSync(join(COLLECTIONS_FOLDER, path), text)
  }
  process.stdout.write(`collections: ${files.size} files\n`)
}
