/**
 * The house rules as tests: which way data may flow, words that may not be used, and sizes.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGES: Readonly<Record<string, string>> = {
  '@streamgate/core': 'core/src/index.ts',
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
const SHIPPED = /^(?:core|stores|service)\/src\//
const CONTRACT = /^stores\/src\/contract\//
const ENTRY_POINT = /^service\/src\/(?:cli|lambda|sweep-lambda)\.ts$/
const STORE = /^stores\/src\/(memory|lmdb|dynamodb|redis)\//

type Source = { readonly path: string; readonly text: string; readonly imports: readonly string[] }

const sources: readonly Source[] = trackedFiles('*.ts').map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return { path, text, imports: importsOf(path, text) }
})

/**
 * The rooms of the service from the bottom to the top: its folders, and the files beside them. A file imports
 * from its own room and from the levels below.
 */
const LEVELS: readonly (readonly string[])[] = [
  ['text'],
  ['telemetry'],
  ['policy'],
  ['settings'],
  ['sweep', 'replay', 'store'],
  ['api'],
  ['servers'],
  ['compose.ts'],
  ['commands'],
  ['cli.ts', 'lambda.ts', 'sweep-lambda.ts'],
]

/** One forbidden direction: no file that `from` names may import what `to` names. */
type Direction = { readonly from: RegExp; readonly to: RegExp; readonly except?: RegExp }

const FORBIDDEN: Readonly<Record<string, Direction>> = {
  'core imports nothing but itself': { from: /^core\/src\//, to: /^(?!core\/src\/)/ },
  'stores do not know the service': { from: /^stores\//, to: /^service\// },
  'telemetry does not know the API': { from: /^service\/src\/telemetry\//, to: /^service\/src\/api\// },
  'routes do not know a store': { from: /^service\/src\/api\/routes\//, to: /^stores\// },
  'a concrete store is named in the table of engines and in tests alone': {
    from: /^service\/src\//,
    to: STORE,
    except: /^service\/src\/settings\/store-engines\.ts$/,
  },
  'shipped code does not know the contract': { from: SHIPPED, to: CONTRACT, except: CONTRACT },
  'shipped code does not know tests, tools or benchmarks': {
    from: SHIPPED,
    to: /^(?:tests|tools|bench)\/|\.test\.ts$|\/test\//,
  },
  'nobody imports an entry point': { from: /./, to: ENTRY_POINT },
  'no framework is inside the app': { from: SHIPPED, to: /^(?:express|fastify|hono|@hono\/.*|koa|h3)$/ },
}

describe('directions', () => {
  it.each(Object.entries(FORBIDDEN))('%s', (_sentence, { from, to, except }) => {
    const offenders = sources
      .filter(({ path }) => from.test(path) && except?.test(path) !== true)
      .flatMap(({ path, imports }) =>
        imports.filter((target) => to.test(target)).map((target) => `${path} -> ${target}`),
      )
    expect(offenders).toEqual([])
  })

  it('in the service no import runs uphill', () => {
    const offenders = sources.flatMap(({ path, imports }) => {
      const own = levelOf(path)
      const uphill = imports.filter((target) => {
        const other = levelOf(target)
        return other > own || (other === own && roomOf(target) !== roomOf(path))
      })
      return own === -1 ? [] : uphill.map((target) => `${path} -> ${target}`)
    })
    expect(offenders).toEqual([])
  })

  it('every room of the service has its level', () => {
    const rooms = new Set(sources.flatMap(({ path }) => roomOf(path) ?? []))
    expect([...rooms].toSorted()).toEqual(LEVELS.flat().toSorted())
  })

  it('no store knows another', () => {
    const offenders = sources.flatMap(({ path, imports }) => {
      const own = STORE.exec(path)?.[1]
      const others = imports.filter((target) => STORE.test(target) && STORE.exec(target)?.[1] !== own)
      return own === undefined ? [] : others.map((target) => `${path} -> ${target}`)
    })
    expect(offenders).toEqual([])
  })

  it('there is no cycle', () => {
    expect(cyclesIn(sources)).toEqual([])
  })
})

/** What may not be written, where, and where it may. */
type Ban = { readonly pattern: RegExp; readonly where: RegExp; readonly except?: RegExp }

const BANS: Readonly<Record<string, Ban>> = {
  'the environment is read in settings.ts alone, and in one file for tools and tests': {
    pattern: /process\.env\b/,
    where: /\.ts$/,
    except: /^(?:service\/src\/settings\/settings|tools\/environment)\.ts$/,
  },
  'the rules and the stores know no clock and no chance': {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/,
    where: /^(?:core|stores)\/src\//,
  },
  'the real clock and chance are named in compose.ts alone': {
    pattern: /\bDate\.now\b|\bMath\.random\b/,
    where: /^service\/src\//,
    except: /^service\/src\/compose\.ts$/,
  },
  'one word for one thing': {
    pattern: /\b(?:acquire[sd]?|pings?|pinged|killSession)\b/i,
    where: SHIPPED,
  },
  'the end of a lease is lapsesAtMs; expiresAtMs alone is for files that write it': {
    pattern: /\bexpiresAtMs\b/,
    where: SHIPPED,
    except:
      /^(?:core\/src\/(?:lease|rules\/grace|rules\/admission|limiter|decision|finished-streams)|stores\/src\/dynamodb\/(?:lease-change|lifetime|user-item)|stores\/src\/contract\/\w+|service\/src\/store\/samples)\.ts$/,
  },
  'file names say what is in them': {
    pattern: /^/,
    where: /(?:^|\/)(?:utils?|helpers?|common|managers?|misc)\b[^/]*\.ts$/,
  },
  'no enum, no default export': {
    pattern: /^(?:export )?(?:const )?enum |^export default (?!defineConfig)/m,
    where: /\.ts$/,
  },
  'no test is focused or skipped': {
    pattern: /\b(?:it|test|describe|clause)\.(?:only|skip|todo)\(/,
    where: /\.ts$/,
  },
  'afterAll is not handed to a hook or a test, where Vitest never calls back: atEndOfTests() is': {
    pattern: /[(,] ?afterAll\)/,
    where: /\.ts$/,
  },
  'no open ends': { pattern: /\b(?:TODO|FIXME|XXX)\b/, where: /\.ts$/ },
}

describe('words', () => {
  it.each(Object.entries(BANS))('%s', (_sentence, { pattern, where, except }) => {
    const offenders = sources
      .filter(({ path }) => path !== 'tests/tidy.test.ts' && where.test(path) && except?.test(path) !== true)
      .filter(({ text }) => pattern.test(text))
      .map(({ path }) => path)
    expect(offenders).toEqual([])
  })
})

describe('sizes', () => {
  it('no file is longer than 300 lines', () => {
    const offenders = sources.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)
    expect(offenders).toEqual([])
  })

  it('no function of shipped code is longer than 50 lines, and none has more than three parameters', () => {
    const offenders = sources
      .filter(({ path }) => SHIPPED.test(path) && !CONTRACT.test(path))
      .flatMap(({ path, text }) => tooLargeFunctions(path, text))
    expect(offenders).toEqual([])
  })

  it('every file of a package is documented where it exports', () => {
    const offenders = sources
      .filter(({ path }) => /^(?:core|stores)\/src\//.test(path) && !CONTRACT.test(path))
      .flatMap(({ path, text }) => undocumentedExports(text).map((name) => `${path}: ${name}`))
    expect(offenders).toEqual([])
  })
})

/** The folder below `service/src`, or the file there; undefined for a file elsewhere. */
function roomOf(path: string): string | undefined {
  return /^service\/src\/([^/]+)/.exec(path)?.[1]
}

function levelOf(path: string): number {
  const room = roomOf(path)
  return LEVELS.findIndex((rooms) => room !== undefined && rooms.includes(room))
}

function trackedFiles(pattern: string): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', pattern]
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean)
  return [...new Set(listed)]
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

function cyclesIn(all: readonly Source[]): string[] {
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

type Node = {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly params?: unknown[]
}

function tooLargeFunctions(path: string, text: string): string[] {
  const found: string[] = []
  walk(parseSync(path, text).program, (node) => {
    if (!/^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return
    const line = text.slice(0, node.start).split('\n').length
    const lines = text.slice(node.start, node.end).split('\n').length
    if (lines > 50) found.push(`${path}:${line} has ${lines} lines`)
    if ((node.params?.length ?? 0) > 3) found.push(`${path}:${line} has ${node.params?.length} parameters`)
  })
  return found
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && typeof value.type === 'string') visit(value as Node)
  for (const child of Object.values(value)) walk(child, visit)
}

/** Exported functions and classes without a comment above them; a type's or constant's name may say enough. */
function undocumentedExports(text: string): string[] {
  const declarations = text.matchAll(/(?<above>\*\/\n)?^export (?:async )?(?:function|class) (?<name>\w+)/gm)
  return [...declarations].flatMap(({ groups }) =>
    groups?.['above'] === undefined ? [groups?.['name'] ?? ''] : [],
  )
}
