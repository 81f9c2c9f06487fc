/** How much a page loads, as bundlers make it: minified and compressed. */
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const BYTES_MAX = 4096
const ADAPTER_LINES_MAX = 60
const ADAPTERS = new URL('../src/adapters/', import.meta.url)

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

it('an adapter has at most 60 lines', () => {
  const adapters = readdirSync(ADAPTERS).filter((name) => name !== 'attach-player.ts')
  expect(adapters).toHaveLength(5)
  const lengths = adapters.map((name) => readFileSync(new URL(name, ADAPTERS), 'utf8').split('\n').length)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(ADAPTER_LINES_MAX)
})
