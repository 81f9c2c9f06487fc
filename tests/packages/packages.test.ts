/** The tarballs of `npm run pack`, as an application outside this repository meets them. */
import { execFileSync, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { PACKAGE_FOLDERS, packAll, readManifest } from '../../tools/pack.ts'
import { Application } from './application.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const atEnd = atEndOfTests()
const packed = temporaryFolder(atEnd)
const application = new Application(temporaryFolder(atEnd))
let tarballs: readonly string[]

beforeAll(() => {
  tarballs = packAll(packed)
  application.install(tarballs)
})

describe.each(PACKAGE_FOLDERS)('the package of %s', (name) => {
  const tarball = (): string => tarballs[PACKAGE_FOLDERS.indexOf(name)] ?? ''

  it('satisfies publint', () => {
    const { status, output } = runTool('publint', [join(packed, 'packages', name), '--strict'])
    expect(output).toContain('All good!')
    expect(status).toBe(0)
  })

  it('satisfies arethetypeswrong', () => {
    const { status, output } = runTool('attw', [
      tarball(),
      '--profile',
      'esm-only',
      '--format',
      'table-flipped',
    ])
    expect(status, output).toBe(0)
  })

  it('holds built files with their sources in maps, a license, and no TypeScript but types', () => {
    const files = execFileSync('tar', ['-tzf', tarball()], { encoding: 'utf8' }).trim().split('\n')
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md']))
    const outside = files.filter((file) => !/^package\/dist\/.*\.(?:mjs|mjs\.map|d\.mts)$/.test(file))
    expect(outside.filter((file) => !/^package\/(?:LICENSE|[^/]*\.(?:md|json))$/.test(file))).toEqual([])
    const scripts = files.filter((file) => file.endsWith('.mjs'))
    const withCode = scripts.filter((file) => /^(?:async )?(?:const|function|class) /m.test(contentOf(file)))
    expect(withCode.filter((file) => !files.includes(`${file}.map`))).toEqual([])
  })

  it('has the version of the others, needs them by it, and is in the changelog', () => {
    const { version, dependencies } = readManifest(join(ROOT, name))
    expect(version).toBe(readManifest(join(ROOT, 'core')).version)
    const ours = Object.entries(dependencies ?? {}).filter(([needed]) => needed.startsWith('@streamgate/'))
    for (const [, range] of ours) expect(range).toBe(`^${version}`)
    expect(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${version}`)
  })

  function contentOf(file: string): string {
    return readFileSync(join(packed, 'packages', name, file.replace('package/', '')), 'utf8')
  }
})

describe('the command', () => {
  it('says its version', () => {
    const { version } = readManifest(join(ROOT, 'service'))
    expect(application.run('npx', ['streamgate', '--version'])).toEqual({ status: 0, output: `${version}\n` })
  })

  it.each([1, 2])('serves a start, with --workers %i', async (workers) => {
    const settings = ['--port', '0', '--store', 'lmdb:./served', '--workers', String(workers)]
    const service = application.start('npx', ['streamgate', 'serve', ...settings])
    onTestFinished(() => endGroup(service))
    const response = await fetch(`${await listeningUrl(service)}/users/alice-${workers}/streams`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ streamId: 'film-7' }),
    })
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({ streamId: 'film-7', limit: 3, active: 1 })
  })
})

describe('the commands that start other files of the packages', () => {
  it('back up, restore and examine a store', () => {
    const make = `import { LmdbStore } from '@streamgate/stores/lmdb'
await new LmdbStore({ path: 'kept' }).close()
`
    application.write('make.js', make)
    expect(application.run('node', ['make.js'])).toEqual({ status: 0, output: '' })
    const commands = [
      ['backup', '--store', 'lmdb:./kept', '--to', './kept.mdb'],
      ['restore', '--from', './kept.mdb', '--store', 'lmdb:./restored'],
      ['doctor', '--store', 'lmdb:./kept', '--port', '0', '--store-timeout-ms', '20000', '--json'],
    ]
    const outcomes = commands.map((args) => application.run('npx', ['streamgate', ...args]))
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0, 0])
    expect(outcomes[2]?.output).toContain('a start and its removal in')
  })
})

describe('the libraries', () => {
  it.each([
    ['MemoryStore', 'core'],
    ['LmdbStore', 'stores'],
  ])('embed the limiter over %s as README says, with types', (store, name) => {
    const [example = ''] = examplesIn(name)
    expect(example).toContain(`new ${store}(`)
    application.write('embed.ts', example)
    const compiled = compile(['embed.ts'])
    expect(compiled).toEqual({ status: 0, output: '' })
    expect(application.run('node', ['embed.js'])).toEqual({ status: 0, output: 'admitted\n' })
  })

  it('inspect a file of LMDB in another process', () => {
    const module = './node_modules/@streamgate/stores/dist/lmdb/inspection-in-use.mjs'
    application.write(
      'inspect.js',
      `import { LmdbStore } from '@streamgate/stores/lmdb'
import { inspectHeld } from '${module}'
await new LmdbStore({ path: 'inspected' }).close()
console.log(inspectHeld('inspected', 'inspected/data.mdb').state)
`,
    )
    expect(application.run('node', ['inspect.js'])).toEqual({ status: 0, output: 'sound\n' })
  })

  it('let a store of the application sign the contract, with types', () => {
    expect(signContract('(_verb, call) => call()')).toMatchObject({ status: 0 })
  })

  it('catch a store of the application that breaks the contract', () => {
    const forgetful = "(verb, call) => (verb === 'erase' ? Promise.resolve(undefined as never) : call())"
    const { status, output } = signContract(forgetful)
    expect(status).toBe(1)
    expect(output).toMatch(/erasing/)
  })
})

/** Holds a store that does `around` around each call to the contract, by the example in README. */
function signContract(around: string): { status: number | null; output: string } {
  const [, example = ''] = examplesIn('stores')
  application.write('my-store.test.ts', example)
  application.write(
    'my-store.ts',
    `import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'
export class MyStore extends WrappedStore {
  constructor() {
    super(new MemoryStore(), ${around})
  }
}
`,
  )
  const compiled = compile(['my-store.ts', 'my-store.test.ts'])
  return compiled.status === 0
    ? application.run('node', ['node_modules/vitest/vitest.mjs', 'run', 'my-store.test.js'])
    : compiled
}

/** The examples in TypeScript of a package's README. */
function examplesIn(name: string): readonly string[] {
  const text = readFileSync(join(ROOT, name, 'README.md'), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '')
}

function compile(files: readonly string[]): { status: number | null; output: string } {
  const strict = ['--strict', '--skipLibCheck', 'false', '--types', 'node']
  const target = ['--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024']
  return application.run('node', [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    ...strict,
    ...target,
    ...files,
  ])
}

/** Runs a program of this repository's packages. */
function runTool(name: string, args: readonly string[]): { status: number | null; output: string } {
  const path = join(ROOT, 'node_modules/.bin', name)
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

/** Where the service listens, from its log. */
async function listeningUrl(service: ChildProcess): Promise<string> {
  if (service.stdout === null) throw new Error('The service has no output')
  for await (const line of createInterface({ input: service.stdout })) {
    const { msg, url } = JSON.parse(line) as { msg: string; url?: string }
    if (msg === 'listening' && url !== undefined) return url
  }
  throw new Error('The service ended before it listened')
}

/** Ends a process and all that it started. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await ended
}
