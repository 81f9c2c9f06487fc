/** Documents name only tests and documents that are there. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PROOFS = ['GUARANTEES.md', 'SECURITY.md', 'docs/threats.md']

it.each(PROOFS)('%s names only what is there', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const named = [...text.matchAll(/`((?:core|stores|service|tests)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  )
  const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, path = '']) =>
    join(dirname(document), path),
  )
  expect(named.length).toBeGreaterThan(0)
  expect([...named, ...linked].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
