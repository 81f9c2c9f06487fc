import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { Client, idsIn } from './client.ts'
import { COMMAND_LINE, startService } from './running-service.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** Far longer than a command takes that does not serve, on a busy machine too. */
const RUN_LIMIT_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_LIMIT_MS })

/** What pages of other origins may send. */
const CORS_HEADERS = 'authorization, content-type, if-match, traceparent, tracestate, baggage, x-request-id'

/** Flag, variable and default of every setting, as the design has them. */
const SETTINGS = [
  ['--host', 'STREAMGATE_HOST', '127.0.0.1'],
  ['--port', 'STREAMGATE_PORT', '8080'],
  ['--store', 'STREAMGATE_STORE', 'lmdb:./data'],
  ['--store-timeout-ms', 'STREAMGATE_STORE_TIMEOUT_MS', '500'],
  ['--policy', 'STREAMGATE_POLICY', undefined],
  ['--workers', 'STREAMGATE_WORKERS', '1'],
  ['--samples', 'STREAMGATE_SAMPLES', 'off'],
  ['--auth', 'STREAMGATE_AUTH', 'none'],
  ['--drain-seconds', 'STREAMGATE_DRAIN_SECONDS', '2'],
  ['--in-flight-max', 'STREAMGATE_IN_FLIGHT_MAX', '10000'],
  ['--cors-origins', 'STREAMGATE_CORS_ORIGINS', undefined],
  ['--cors-headers', 'STREAMGATE_CORS_HEADERS', CORS_HEADERS],
  ['--log-level', 'STREAMGATE_LOG_LEVEL', 'info'],
  ['--metrics', 'STREAMGATE_METRICS', 'auto'],
  ['--sweep-minutes', 'STREAMGATE_SWEEP_MINUTES', '60'],
  ['--sweep-rate', 'STREAMGATE_SWEEP_RATE', '1000'],
] as const

/** Values that settings may not take, each with what the refusal must say of its bounds, in the order of the help. */
const BAD_VALUES = [
  [
    ['--host', '', /an address/],
    ['--port', '65536', /0 to 65535/],
    ['--store', 'sqlite:data', /lmdb:.*memory:/],
    ['--store-timeout-ms', '0', /1 to 60000/],
    ['--policy', '/missing.json', /a JSON file.*ENOENT/],
    ['--workers', '0', /1 to 256/],
    ['--samples', 'yes', /on or off/],
    ['--auth', 'basic', /none/],
    ['--drain-seconds', '601', /0 to 600/],
    ['--in-flight-max', '0', /1 to 1000000/],
    ['--cors-origins', 'javascript://x', /https:.*capacitor.*tauri/],
    ['--cors-headers', 'a b', /names of header fields/],
    ['--log-level', 'loud', /trace.*silent/],
    ['--metrics', 'statsd', /auto.*off/],
    ['--sweep-minutes', '10080.1', /0 to 10080/],
    ['--sweep-rate', '0', /1 to 1000000/],
  ],
  [
    ['--port', '-1', /0 to 65535/],
    ['--store', 'lmdb:', /lmdb:.*memory:/],
    ['--store-timeout-ms', '60001', /1 to 60000/],
    ['--workers', '257', /1 to 256/],
    ['--samples', '', /on or off/],
    ['--drain-seconds', '0.5', /0 to 600/],
    ['--in-flight-max', '1e3', /1 to 1000000/],
    ['--cors-origins', 'https://a.example/', /https:.*capacitor.*tauri/],
    ['--cors-headers', '*', /names of header fields/],
    ['--log-level', 'INFO', /trace.*silent/],
    ['--metrics', 'emf', /Lambda/],
    ['--sweep-minutes', 'hourly', /0 to 10080/],
    ['--sweep-rate', '1000001', /1 to 1000000/],
  ],
] as const

describe.concurrent('the command line', () => {
  it('names every setting with its variable and its default', async () => {
    const { code, stdout } = await run(['serve', '--help'])
    expect(code).toBe(0)
    const help = stdout.replaceAll(/\s+/g, ' ')
    for (const [flag, variable, fallback] of SETTINGS) {
      expect(help).toContain(` ${flag} `)
      expect(help).toContain(fallback === undefined ? `(${variable})` : `(${variable}, default ${fallback})`)
    }
  })

  it('names its commands, and says which version it is', async () => {
    const [help, version] = await Promise.all([run(['--help']), run(['--version'])])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of ['serve', 'sweep']) expect(help.stdout).toContain(command)
    const manifest: unknown = JSON.parse(
      readFileSync(new URL('../../service/package.json', import.meta.url), 'utf8'),
    )
    expect(version).toEqual({ code: 0, stdout: `${(manifest as { version: string }).version}\n`, stderr: '' })
  })

  it.each([
    ['an unknown flag', ['serve', '--colour', 'red'], /--colour/],
    ['an unknown command', ['sereve'], /sereve/],
    ['a flag without its value', ['serve', '--port'], /--port/],
    ['a value without its flag', ['serve', '8080'], /8080/],
  ])('refuses %s', async (_what, args, named) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [first, second, ...more] = linesOf(stderr)
    expect(first).toMatch(named)
    expect(second).toMatch(/--help/)
    expect(more).toEqual([])
  })

  it('refuses a bad value in one line', async () => {
    expect(await refusal(['serve', '--port', '8O8O'])).toBe(
      'streamgate: --port must be a whole number from 0 to 65535, got "8O8O"',
    )
  })

  it.each(BAD_VALUES)(
    'refuses bad values of all settings at once, naming each with its bounds',
    async (...bad) => {
      const environment = bad.map(([flag, value]) => [variableOf(flag), value])
      const [byFlags, byVariables] = await Promise.all([
        run(['serve', ...bad.map(([flag, value]) => `${flag}=${value}`)]),
        run(['serve'], Object.fromEntries(environment)),
      ])
      expect([byFlags.code, byVariables.code]).toEqual([2, 2])
      for (const [index, [flag, value, bounds]] of bad.entries()) {
        const origins = {
          [flag]: linesOf(byFlags.stderr)[index],
          [variableOf(flag)]: linesOf(byVariables.stderr)[index],
        }
        for (const [origin, line] of Object.entries(origins)) {
          expect(line).toMatch(new RegExp(`^streamgate: ${origin} must `))
          expect(line).toMatch(bounds)
          expect(line).toContain(value)
        }
      }
      expect(linesOf(byFlags.stderr)).toHaveLength(bad.length)
      expect(linesOf(byVariables.stderr)).toHaveLength(bad.length)
    },
  )

  it('refuses a variable that is not a setting, and names those that are', async () => {
    const line = await refusal(['serve'], { STREAMGATE_PROT: '8080' })
    expect(line).toContain('STREAMGATE_PROT')
    for (const [, variable] of SETTINGS) expect(line).toContain(variable)
  })

  it('refuses a host that others can reach unless it is told how callers are known', async () => {
    expect(await refusal(['serve', '--host', '0.0.0.0'])).toMatch(/--host 0\.0\.0\.0 .*--auth none/)
  })

  it('refuses a memory for each of two workers, which would be a limit for each', async () => {
    expect(await refusal(['serve', '--store', 'memory:', '--workers', '2'])).toMatch(
      /--workers 2 .*--store lmdb:/,
    )
  })
})

describe.concurrent('a policy file', () => {
  it('is refused where it is not JSON', async () => {
    const path = fileHolding('{ "plans": ')
    expect(await refusal(['serve', '--policy', path])).toMatch(/^streamgate: --policy .*policy\.json.*JSON/)
  })

  it('is refused with every fault that it has', async () => {
    const path = fileHolding(
      JSON.stringify({ leaseSeconds: 0, plan: {}, plans: { big: { limits: [{ max: 1001 }] } } }),
    )
    const { code, stderr } = await run(['serve', '--policy', path])
    expect(code).toBe(2)
    const [first, ...faults] = linesOf(stderr)
    expect(first).toMatch(/^streamgate: --policy .*policy\.json/)
    expect(faults.toSorted()).toEqual([
      expect.stringMatching(/^ +\/leaseSeconds .*1 to 604800, got 0$/),
      expect.stringMatching(/^ +\/plan is not known/),
      expect.stringMatching(/^ +\/plans\/big\/limits\/0\/max .*1 to 1000, got 1001$/),
    ])
  })
})

describe.concurrent('a service that cannot run', () => {
  it.each([1, 2])('because its port is taken says so, as %i process(es)', async (workers) => {
    await using taken = createServer()
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve)
    })
    const { port } = taken.address() as AddressInfo
    const flags = ['--port', String(port), '--store', `lmdb:${newFolder()}`, '--workers', String(workers)]
    const line = await refusal(['serve', ...flags], {}, 1)
    expect(line).toMatch(new RegExp(`^streamgate: .*${port}.*--port`))
  })

  it.each([1, 2])(
    'because a file lies where its folder should says so, as %i process(es)',
    async (workers) => {
      const path = fileHolding('')
      const flags = ['--port', '0', '--store', `lmdb:${path}`, '--workers', String(workers)]
      const line = await refusal(['serve', ...flags], {}, 1)
      expect(line).toMatch(/^streamgate: .*--store/)
      expect(line).toContain(path)
    },
  )

  it('because its folder holds something else says so', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'data.mdb'), 'not a database, '.repeat(4096))
    const line = await refusal(['serve', '--port', '0', '--store', `lmdb:${folder}`], {}, 1)
    expect(line).toMatch(/^streamgate: .*--store/)
    expect(line).toContain(folder)
  })
})

describe('--samples', () => {
  it('gives user1 one stream and user2 three, and leaves alone those who hold something', async () => {
    const folder = temporaryFolder()
    const first = await startService({ folder, flags: ['--samples'] })
    const client = new Client(first.url)
    expect(await client.list('user1')).toEqual(['abc'])
    expect(await client.list('user2')).toEqual(['abc', 'def', 'hij'])
    const refused = await client.start('user2', 'jkl')
    expect(refused.status).toBe(409)
    expect(idsIn(refused)).toEqual(['abc', 'def', 'hij'])
    expect((await client.start('user1', 'jkl')).status).toBe(201)
    for (const stream of ['abc', 'def']) await client.stop('user2', stream)
    await first.killAll()

    const second = await startService({ folder, flags: ['--samples', 'on'] })
    const later = new Client(second.url)
    expect(await later.list('user1')).toEqual(['abc', 'jkl'])
    expect(await later.list('user2')).toEqual(['hij'])
    await later.stop('user2', 'hij')
    await second.killAll()

    const third = await startService({ folder, flags: ['--samples'], workers: 2 })
    expect(await new Client(third.url).list('user2')).toEqual(['abc', 'def', 'hij'])
  })

  it('gives nobody anything where it is not asked for', async () => {
    const { url } = await startService({ folder: temporaryFolder(), flags: ['--samples', 'off'] })
    expect(await new Client(url).list('user2')).toEqual([])
  })
})

function variableOf(flag: string): string {
  return SETTINGS.find(([name]) => name === flag)?.[1] ?? ''
}

/** Where commands run, and all that they are given lies: tests that run at once cannot tidy up one by one. */
const workingFolder = temporaryFolder(atEndOfTests())

function newFolder(): string {
  return mkdtempSync(join(workingFolder, 'folder-'))
}

type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs a command to its end, or kills it where it serves. */
async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [COMMAND_LINE, ...args], {
    env: environment,
    cwd: workingFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

/** The line in which a command, or each of its workers, says why it will not run; checks that there is no other. */
async function refusal(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  expected = 2,
): Promise<string> {
  const { code, stderr } = await run(args, environment)
  const lines = [...new Set(linesOf(stderr))]
  expect({ code, lines }).toEqual({ code: expected, lines: [expect.any(String)] })
  return lines[0] ?? ''
}

function linesOf(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line !== '')
}

function fileHolding(content: string): string {
  const path = join(newFolder(), 'policy.json')
  writeFileSync(path, content)
  return path
}
