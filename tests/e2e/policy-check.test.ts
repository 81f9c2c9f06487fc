import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMAND_LINE } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const GOOD = `{
  "leaseSeconds": 60, "heartbeatSeconds": 20,
  "defaultPlan": "basic",
  "plans": {
    "basic": { "limits": [{ "max": 1 }], "whenFull": "evict-oldest" },
    "family": {
      "limits": [{ "max": 5 }, { "max": 2, "deviceType": ["tv", "console"] }, { "max": 1, "per": "contentId" }],
      "sameDeviceReplaces": false,
      "ignore": [{ "contentId": "trailer" }],
      "graceStreams": { "streams": 1, "seconds": 600 },
      "enforcePercent": 20
    },
    "trial": { "limits": [{ "max": 4 }], "shadow": "family" }
  }
}
`

/** A process takes part of a second to start, and many times that on a busy machine. */
const PATIENCE_MS = 60_000

describe('streamgate policy check', { timeout: PATIENCE_MS }, () => {
  it('shows how a valid policy will be understood', () => {
    const path = fileHolding(GOOD)
    const { code, stdout, stderr } = check(path)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [first, , head, ...rows] = stdout.trimEnd().split('\n')
    expect(first).toBe(`${path} is a policy of 3 plans: lease 60 s, heartbeat every 20 s`)
    expect(head).toMatch(/^PLAN +LIMITS +WHEN FULL +BESIDES$/)
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['basic (default)', '1 stream', 'evict-oldest'],
      ['family', '5 streams', 'deny', 'a device may hold several streams'],
      ['2 streams with deviceType tv or console', 'ignores contentId trailer'],
      ['1 stream on each contentId', '1 more for 600 s'],
      ['enforced for 20 % of users, logged for the others'],
      [
        'trial',
        '4 streams',
        'deny',
        expect.stringMatching(/^on trial: family, 5 streams and 2 streams with/),
      ],
    ])
  })

  it('reads standard input', () => {
    expect(check('-', '{}')).toMatchObject({ code: 0, stdout: expect.stringContaining('standard (default)') })
    expect(check('-', '[]')).toMatchObject({
      code: 1,
      stderr: 'standard input:1:1: must be an object, got a list\n',
    })
  })

  it('names every fault by line, column and pointer', () => {
    const path = fileHolding(
      '{\n  "leaseSeconds": 0,\n  "plans": {\n    "a/b": { "limits": [{ "max": 1 },\n      { "max": 0 }], "whenfull": 1 }\n  }\n}\n',
    )
    const { code, stdout, stderr } = check(path)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toEqual([
      `${path}:2:3: /leaseSeconds must be a whole number from 1 to 604800, got 0`,
      `${path}:5:9: /plans/a~1b/limits/1/max must be a whole number from 1 to 1000, got 0`,
      expect.stringMatching(/:5:22: \/plans\/a~1b\/whenfull is not known here; known: limits, whenFull, /),
    ])
  })

  it('names the place where a file stops being JSON', () => {
    const path = fileHolding('{\n  "plans": {\n    "a": { "limits": [{ "max": 1 }] },\n  }\n}\n')
    expect(check(path)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${path}:4:3: is not JSON: a name in double quotes was expected\n`,
    })
  })

  it('warns of what makes little sense, but accepts it', () => {
    const path = fileHolding(
      '{ "plans": {\n "a": { "limits": [{ "max": 1000 }], "whenFull": "evict-idle" } } }',
    )
    const { code, stdout, stderr } = check(path)
    expect(code).toBe(0)
    expect(stdout).toContain('1000 streams')
    expect(stderr.trimEnd().split('\n')).toEqual([
      `${path}:2:38: warning: /plans/a/whenFull ends no stream before there are 1000`,
    ])
  })

  it('names a member that stands there twice, beside its other faults', () => {
    const path = fileHolding(
      '{ "defaultPlan": "a",\n"plans": { "a": { "limits": [{ "max": 0 }] } },\n "defaultPlan": "a" }',
    )
    const { code, stderr } = check(path)
    expect(code).toBe(1)
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`${path}:2:`),
      `${path}:3:2: /defaultPlan stands here twice`,
    ])
  })

  it('tells where a file is not UTF-8', () => {
    const path = fileHolding(Buffer.from('{ "plans": { "\u00ff": 1 } }', 'latin1'))
    expect(check(path)).toMatchObject({
      code: 1,
      stderr: `streamgate: ${path} cannot be read: it is not UTF-8: see its byte 14, counted from 0\n`,
    })
  })

  it("reports a missing file, and keeps a file's control characters from the terminal", () => {
    expect(check('/missing.json')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^streamgate: \/missing\.json cannot be read: ENOENT/),
    })
    const { stdout } = check(
      fileHolding(JSON.stringify({ plans: { '\u001b[31mred': { limits: [{ max: 1 }] } } })),
    )
    expect(stdout).toContain('%1B[31mred')
    expect(stdout).not.toContain('\u001b')
  })

  it('refuses what the service would not read: more than a megabyte, or anything but a regular file', () => {
    const tooMuch = `{ "x": "${'x'.repeat(30_000_000)}" }`
    const path = fileHolding(tooMuch)
    for (const outcome of [check(path), check('-', tooMuch)]) {
      expect(outcome).toMatchObject({ code: 1, stdout: '' })
      expect(outcome.stderr).toMatch(/^streamgate: .* cannot be read: it has more than 1000000 bytes\n$/)
    }
    const pipe = join(temporaryFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(check(pipe)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it is not a regular file'),
    })
    for (const [command, file] of [
      ['replay', path],
      ['replay', pipe],
      ['serve', path],
      ['serve', pipe],
    ] as const) {
      const { code, stderr } = run([
        command,
        '--policy',
        file,
        ...(command === 'replay' ? ['--log', '-'] : []),
      ])
      expect(code).toBe(command === 'serve' ? 2 : 1)
      expect(stderr).toMatch(/it (?:has more than 1000000 bytes|is not a regular file)/)
    }
  })

  it('reports that a text nests too deeply', () => {
    expect(check('-', '['.repeat(900_000))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^standard input:1:\d+: is not JSON: nests too deeply\n$/),
    })
  })

  it('limits a start with any number of policy faults to twenty lines and a count', () => {
    const plans = Array.from({ length: 9000 }, (_, index) => [`plan-${index}`, index])
    const path = fileHolding(JSON.stringify({ defaultPlan: 'plan-0', plans: Object.fromEntries(plans) }))
    const { code, stderr } = run(['serve', '--policy', path])
    const lines = stderr.trimEnd().split('\n')
    expect([code, lines.length]).toEqual([2, 22])
    expect(lines.at(-1)).toBe('  and 8980 more faults: streamgate policy check names all')
    expect(check(path).stderr.trimEnd().split('\n')).toHaveLength(9000)
  })

  it('explains itself, and refuses a command that makes no sense', () => {
    const help = run(['policy', 'check', '--help'])
    expect(help.code).toBe(0)
    for (const word of ['<file>', 'standard input', 'Exit codes', '/policy.schema.json'])
      expect(help.stdout).toContain(word)
    expect(run(['policy', 'check'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/file.*\n.*--help/),
    })
    expect(run(['policy', 'chekc', 'x']).code).toBe(2)
  })
})

type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

function check(file: string, input = ''): Outcome {
  return run(['policy', 'check', file], input)
}

function run(args: readonly string[], input = ''): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND_LINE, ...args], {
    env: {},
    input,
    encoding: 'utf8',
    maxBuffer: 50_000_000,
    timeout: PATIENCE_MS,
  })
  return { code: status, stdout, stderr }
}

function fileHolding(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'policy.json')
  writeFileSync(path, content)
  return path
}
