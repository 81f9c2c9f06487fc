/** The sources of the repository, and which of them import which. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PACKAGES: Readonly<Record<string, string>> = {
  '@streamgate/core': 'core/src/index.ts',
  '@streamgate/player': 'player/src/index.ts',
  '@streamgate/player/core': 'player/src/core/index.ts',
  '@streamgate/stores/engine': 'stores/src/engine.ts',
  '@streamgate/stores/memory': 'stores/src/memory/memory-store.ts',
  '@streamgate/stores/memory/engine': 'stores/src/memory/engine.ts',
  '@streamgate/stores/lmdb': 'stores/src/lmdb/lmdb-store.ts',
  '@streamgate/stores/lmdb/engine': 'stores/src/lmdb/engine.ts',
  '@streamgate/stores/dynamodb': 'stores/src/dynamodb/dynamodb-store.ts',
  '@streamgate/stores/dynamodb/engine': 'stores/src/dynamodb/engine.ts',
  '@streamgate/stores/wrappers': 'stores/src/wrappers/index.ts',
  '@streamgate/stores/contract': 'stores/src/contract/describe-store-contract.ts',
}

/** A file by its path from the root, with the files or packages that it imports. */
export type Source = { readonly path: string; readonly text: string; readonly imports: readonly string[] }

/** Every tracked or new TypeScript file. */
export function readSources(): readonly Source[] {
  return trackedFiles('*.ts').map((path) => {
    const text = readTracked(path)
    return { path, text, imports: importsOf(path, text) }
  })
}

/** The text of a file, by its path from the root. */
export function readTracked(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The paths of the tracked and new files that match. */
export function trackedFiles(pattern: string): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', pattern]
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean)
  return [...new Set(listed)]
}

/** The chains of imports that lead back to where they began. */
export function cyclesIn(all: readonly Source[]): string[] {
  const imports = new Map(all.map((source) => [source.path, source.imports]))
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (finished.has(path) || trail.includes(path)) return
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path])
    finished.add(path)
  }
  for (const { path } of all) visit(path, [])
  return cycles
}

/** The files, or the packages from outside, that a source imports. */
function importsOf(path: string, text: string): string[] {
  const { module } = parseSync(path, text)
  const specifiers = [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) =>
      one.entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.flatMap((one) => {
      const written = text.slice(one.moduleRequest.start, one.moduleRequest.end)
      return /^'.*'$/.test(written) ? [written.slice(1, -1)] : []
    }),
  ]
  return specifiers.map((specifier) =>
    specifier.startsWith('.')
      ? relative(ROOT, join(ROOT, dirname(path), specifier))
      : (PACKAGES[specifier] ?? specifier),
  )
}
