/**
 * `npm run pack`: the packages as npm publishes them, one tarball each in `dist/`.
 *
 * In this repository the packages run from their `.ts` files, and each `package.json` says so. A
 * tarball holds JavaScript and types instead, file by file, and its `package.json` points to these.
 * `npm run pack -- core stores` packs these alone.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A `package.json`, as far as packing reads it. */
export type PackageManifest = {
  readonly name: string
  readonly version: string
  readonly files: readonly string[]
  readonly exports: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  /** Members that the published file has and this one has not. */
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly private: true
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The folders of the packages. Each package needs only those before it. */
export const PACKAGE_FOLDERS = ['core', 'stores', 'service', 'player'] as const

/** What runs the code of a package, as esbuild names it. All others run on the oldest Node. */
const TARGETS: Readonly<Record<string, string>> = { player: 'es2022' }
const NODE_TARGET = 'node22'

/** Where built files lie in a package. */
const BUILT = 'dist'

/** Builds and packs packages. Returns the paths of the tarballs, which lie in `folder`. */
export function packAll(folder: string, names: readonly string[] = PACKAGE_FOLDERS): readonly string[] {
  return names.map((name) => {
    const source = join(ROOT, name)
    const stage = join(folder, 'packages', name)
    rmSync(stage, { recursive: true, force: true })
    mkdirSync(stage, { recursive: true })
    build(source, { to: join(stage, BUILT), target: TARGETS[name] ?? NODE_TARGET })
    const manifest = readManifest(source)
    for (const file of manifest.files) if (file !== BUILT) copyFileSync(join(source, file), join(stage, file))
    copyFileSync(join(source, 'README.md'), join(stage, 'README.md'))
    copyFileSync(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'))
    writeFileSync(
      join(stage, 'package.json'),
      `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`,
    )
    return packFolder(stage, folder)
  })
}

/** The `package.json` of a folder in this repository. */
export function readManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest
}

/** The `package.json` that is published: public, and with paths of built files. */
export function publishedManifest(manifest: PackageManifest): Readonly<Record<string, unknown>> {
  const { private: _private, publishConfig, exports, bin, ...others } = manifest
  return {
    ...others,
    ...(bin === undefined ? {} : { bin: mapValues(bin, scriptOf) }),
    exports: mapValues(exports, (path) =>
      isSource(path) ? { types: typesOf(path), default: scriptOf(path) } : path,
    ),
    ...publishConfig,
  }
}

function isSource(path: string): boolean {
  return path.startsWith('./src/')
}

/** The built file of a source, in the form that npm keeps for `bin`. */
function scriptOf(path: string): string {
  return path.replace(/^\.\/src\/(.*)\.ts$/, `./${BUILT}/$1.mjs`)
}

function typesOf(path: string): string {
  return scriptOf(path).replace(/\.mjs$/, '.d.mts')
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

/** Every source becomes a file of its own, because some are started by their path. */
function build(source: string, { to, target }: { readonly to: string; readonly target: string }): void {
  const options = ['--unbundle', '--root', 'src', '--dts', '--sourcemap', '--target', target]
  const quiet = ['--no-report', '--logLevel', 'error']
  const tsdown = join(ROOT, 'node_modules/.bin/tsdown')
  const args = [tsdown, 'src/**/*.ts', '--no-config', ...options, ...quiet, '--out-dir', to]
  execFileSync(process.execPath, [...args, '--deps.never-bundle', 'vitest'], {
    cwd: source,
    stdio: 'inherit',
  })
}

function packFolder(stage: string, folder: string): string {
  const args = ['pack', '--json', '--loglevel', 'error', '--pack-destination', folder]
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: stage, encoding: 'utf8' })) as {
    filename: string
  }[]
  if (packed === undefined) throw new Error(`npm packed nothing in ${stage}`)
  return join(folder, packed.filename)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2)
  const names = asked.length > 0 ? asked : PACKAGE_FOLDERS
  for (const path of packAll(join(ROOT, 'dist'), names)) process.stdout.write(`${path}\n`)
}
