/** How much a page loads, as bundlers make it: minified and compressed. */
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const BYTES_MAX = 4096

it.each(['../src/core/index.ts', '../src/index.ts'])('%s has at most 4 kB', async (entry) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
  })
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
  process.stdout.write(`${entry}: ${bytes} bytes\n`)
  expect(bytes).toBeLessThanOrEqual(BYTES_MAX)
  expect(bytes, 'it was bundled').toBeGreaterThan(1000)
  const inputs = Object.keys(metafile.inputs)
  expect(
    inputs.filter((path) => !path.includes('player/src/')),
    'no dependency',
  ).toEqual([])
})
