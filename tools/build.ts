/**
 * `npm run build` builds the Lambda's bundle, with the same bytes for the same sources on any
 * machine.
 *
 * Writes `dist/bundle.zip`, which holds one minified `index.mjs`, and next to it its source map and
 * a manifest.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { zipSync } from 'fflate'

/** What was built. `sha256` is in base64, like Lambda's CodeSha256. */
export type Manifest = {
  readonly bundle: 'bundle.zip'
  readonly sha256: string
  readonly zipBytes: number
  readonly codeBytes: number
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A zip entry's time must be fixed, and cannot be earlier. */
const ZIP_EPOCH = new Date(1980, 0, 1)

/**
 * An ES module has no `require`, which the bundled CommonJS packages call for Node's own modules.
 */
const BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"

/** One bundle for two functions: the API's `index.handler`, and `index.sweep` on a schedule. */
const ENTRY = `
export { handler } from './service/src/lambda.ts'
export { sweep } from './service/src/sweep-lambda.ts'
`

/** Packages of the SDK that it loads when it looks for a person's credentials. */
const SIGN_INS = ['ini', 'login', 'process', 'sso', 'web-identity'].map(
  (way) => `@aws-sdk/credential-provider-${way}`,
)

/** Builds into a folder, and returns what was built. */
export async function buildBundle(folder: string): Promise<Manifest> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    stdin: { contents: ENTRY, resolveDir: ROOT, sourcefile: 'entry.ts', loader: 'ts' },
    outfile: 'index.mjs',
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    // These are never loaded on Lambda. The embedded store, Redis and the memory store are loaded
    // only if the configuration names them, and Prometheus, spans and CBOR only outside Lambda.
    // Backups and examinations of stores are for commands. The SDK's ways to sign a person in are
    // not needed, because a function finds its credentials in the environment, or at an address
    // given there.
    external: [
      './lmdb-store.ts',
      './memory-store.ts',
      './redis-store.ts',
      './backup.ts',
      './restoration.ts',
      './examination.ts',
      './prometheus.ts',
      './spans.ts',
      './cat.ts',
      ...SIGN_INS,
    ],
    sourcemap: 'external',
    legalComments: 'none',
    banner: { js: BANNER },
    write: false,
  })
  const code = contentsOf(outputFiles, 'index.mjs')
  const zip = zipSync({ 'index.mjs': [code, { mtime: ZIP_EPOCH, attrs: 0o644 << 16, os: 3 }] }, { level: 9 })
  const manifest: Manifest = {
    bundle: 'bundle.zip',
    sha256: createHash('sha256').update(zip).digest('base64'),
    zipBytes: zip.length,
    codeBytes: code.length,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'bundle.zip'), zip)
  writeFileSync(join(folder, 'index.mjs.map'), contentsOf(outputFiles, 'index.mjs.map'))
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  return manifest
}

function contentsOf(files: readonly { path: string; contents: Uint8Array }[], name: string): Uint8Array {
  const file = files.find(({ path }) => path.endsWith(`/${name}`))
  if (file === undefined) throw new Error(`esbuild made no ${name}`)
  return file.contents
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { zipBytes, codeBytes, sha256 } = await buildBundle(join(ROOT, 'dist'))
  process.stdout.write(`dist/bundle.zip: ${zipBytes} bytes (index.mjs: ${codeBytes}), SHA-256 ${sha256}\n`)
}
