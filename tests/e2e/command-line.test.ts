import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { linesOf, refusal, run, RUN_LIMIT_MS } from './command.ts'

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
  ['--log-format', 'STREAMGATE_LOG_FORMAT', 'auto'],
  ['--metrics', 'STREAMGATE_METRICS', 'auto'],
  ['--sweep-minutes', 'STREAMGATE_SWEEP_MINUTES', '60'],
  ['--sweep-rate', 'STREAMGATE_SWEEP_RATE', '1000'],
] as const

/**
 * Values that settings may not take, each with what the refusal must say of its bounds, in the
 * order of the help.
 */
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
    ['--cors-headers', 'a b', /header names/],
    ['--log-level', 'loud', /trace.*silent/],
    ['--log-format', 'xml', /auto, json, text/],
    ['--metrics', 'statsd', /auto.*off/],
    ['--sweep-minutes', '10080.1', /0 to 10080/],
    ['--sweep-rate', '0', /1 to 1000000/],
  ],
  [
    ['--port', '-1', /0 to 65535/],
    ['--store', 'lmdb:', /lmdb:<folder>/],
    ['--store-timeout-ms', '60001', /1 to 60000/],
    ['--workers', '257', /1 to 256/],
    ['--samples', '', /on or off/],
    ['--drain-seconds', '0.5', /0 to 600/],
    ['--in-flight-max', '1e3', /1 to 1000000/],
    ['--cors-origins', 'https://a.example/', /https:.*capacitor.*tauri/],
    ['--cors-headers', '*', /header names/],
    ['--log-level', 'INFO', /trace.*silent/],
    ['--metrics', 'emf', /Lambda/],
    ['--sweep-minutes', 'hourly', /0 to 10080/],
    ['--sweep-rate', '1000001', /1 to 1000000/],
  ],
] as const

/** Makes a process list the files that it loads, on standard error. */
const LISTING_FILES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    load: (url, context, next) => {
      process.stderr.write('loaded ' + url + '\\n')
      return next(url, context)
    },
  })
`)}`

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
    const names = [
      'serve',
      'health',
      'sweep',
      'backup',
      'restore',
      'doctor',
      'policy',
      'playback-key',
      'replay',
    ]
    for (const command of names) expect(help.stdout).toContain(command)
    const manifest: unknown = JSON.parse(
      readFileSync(new URL('../../service/package.json', import.meta.url), 'utf8'),
    )
    expect(version).toEqual({ code: 0, stdout: `${(manifest as { version: string }).version}\n`, stderr: '' })
  })

  it.each([
    [['--version'], /\/service\/src\/(?!cli|commands\/(?:exit-codes|program)|text\/(?:node-)?version)/],
    [['bogus'], /\/service\/src\/(?!cli|commands\/(?:exit-codes|program)|text\/(?:node-)?version)/],
    [['replay', '--help'], /\/service\/src\/(?:servers|settings|sweep|api)\//],
    [['doctor', '--help'], /\/service\/src\/(?:servers|store|sweep|api|doctor)\/|node_modules\/lmdb/],
    [
      ['--help'],
      /\/service\/src\/(?:servers|api|compose)|prometheus|pino|aws-sdk|node_modules\/(?:lmdb|valibot|jose|cbor-x)/,
    ],
  ])('loads only what %j needs', async (args, needless) => {
    const { stderr } = await run(args, { NODE_OPTIONS: `--import=${LISTING_FILES}` })
    const files = linesOf(stderr).filter((line) => line.startsWith('loaded '))
    expect(files.some((line) => line.endsWith('/service/src/cli.ts'))).toBe(true)
    expect(files.filter((line) => needless.test(line))).toEqual([])
  })

  it.each([
    ['an unknown flag', ['serve', '--colour', 'red'], /--colour/],
    ['an unknown command', ['bogus'], /unknown command 'bogus'/],
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

  it.each([
    ['command', ['sereve', '--port', '0'], ["error: unknown command 'sereve'", '(Did you mean serve?)']],
    ['command of a command', ['policy', 'chek'], ["error: unknown command 'chek'", '(Did you mean check?)']],
    ['flag', ['--prot', '0'], ["error: unknown option '--prot'", '(Did you mean --port?)']],
    ['flag', ['sweep', '--rat', '1'], ["error: unknown option '--rat'", '(Did you mean --rate?)']],
  ])('refuses a misspelt %s with the name that is nearest (%j)', async (_what, args, expected) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(linesOf(stderr).slice(0, 2)).toEqual(expected)
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
    expect(await refusal(['serve'], { STREAMGATE_PROT: '8080' })).toMatch(
      /PROT .*did you mean STREAMGATE_PORT\?$/,
    )
    const line = await refusal(['serve'], { STREAMGATE_COLOUR_SCHEME: 'dark' })
    expect(line).toContain('STREAMGATE_COLOUR_SCHEME')
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

function variableOf(flag: string): string {
  return SETTINGS.find(([name]) => name === flag)?.[1] ?? ''
}
