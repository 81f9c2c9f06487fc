/** The code in the documents. A test runs each piece, most of them here in Chromium. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { codeIn, documentedCode } from './documented-code.ts'
import { OTHER_PLAYERS } from './other-players.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

it('is run to the last piece', () => {
  const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  const all = documents.split('\n').filter(Boolean).flatMap(codeIn)
  const run = [
    documentedCode('README.md', './player.js'),
    documentedCode('docs/players.md', '// watch.js'),
    documentedCode('docs/players.md', "from '@streamgate/player/video'"),
    documentedCode('docs/players.md', '// tv.js'),
    ...Object.values(OTHER_PLAYERS).map(({ code }) => documentedCode('docs/players.md', code)),
    // tests/e2e/documented-tracing.test.ts runs this one.
    documentedCode('docs/operations.md', '// otel.mjs'),
    // tests/packages runs these three.
    documentedCode('core/README.md', 'new MemoryStore('),
    documentedCode('stores/README.md', 'new LmdbStore('),
    documentedCode('stores/README.md', 'describeStoreContract('),
  ]
  expect(all.toSorted()).toEqual(run.toSorted())
})
