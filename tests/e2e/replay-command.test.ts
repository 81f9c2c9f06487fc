import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMAND_LINE } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const POLICY = '{ "plans": { "standard": { "limits": [{ "max": 1 }] } } }'

/** Ten users with two streams each. The last user was refused a second one. */
const LOG = [
  '{"level":"info","msg":"listening"}',
  ...Array.from({ length: 10 }, (_, index) => [start(index, 'a'), start(index, 'b', index === 9)]).flat(),
  'a line of another program',
].join('\n')

describe('streamgate replay', () => {
  it('says how many starts and users would have been refused', () => {
    const { code, stdout, stderr } = replay([
      '--log',
      fileHolding('log.jsonl', LOG),
      '--policy',
      policyFile(),
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('20 decisions from 2026-11-22T02:00:00.000Z to 2026-11-22T02:00:09.001Z')
    expect(stdout).toContain('20 starts: 1 were refused; 10 would have been (50.0 %).')
    expect(stdout).toContain('Users who were refused: 1; who would have been: 10.')
    expect(stdout).toMatch(/^standard +20 +1 → 10 +1 → 10 +0$/m)
    expect(stdout).toMatch(/^standard +1 stream +1 → 10$/m)
    expect(stdout).toContain('* 2 lines were about something else.')
  })

  it('takes the policy as JSON too, and places its faults', () => {
    const log = fileHolding('log.jsonl', LOG)
    expect(replay(['--log', log, '--policy', POLICY]).stdout).toContain('20 starts: 1 were refused')
    const { code, stderr } = replay(['--log', log, '--policy', '{ "plans": {} }'])
    expect([code, stderr]).toEqual([1, '--policy:1:3: /plans must hold at least one plan\n'])
  })

  it('gives the same as JSON, from several logs, and from standard input', () => {
    const lines = LOG.split('\n')
    const [first, second] = [lines.slice(0, 9), lines.slice(9)].map((part, index) =>
      fileHolding(`${index}.jsonl`, part.join('\n')),
    )
    const policy = policyFile()
    const whole = replay(['--log', '-', '--policy', policy, '--json'], LOG)
    const parts = replay(['--log', String(second), String(first), '--policy', policy, '--json'])
    const twice = replay(['--log', String(second), '--log', String(first), '--policy', policy, '--json'])
    expect(JSON.parse(whole.stdout)).toMatchObject({
      decisions: 20,
      refused: { logged: 1, replayed: 10 },
      otherLines: 2,
    })
    expect(JSON.parse(parts.stdout)).toEqual(JSON.parse(whole.stdout))
    expect(twice).toEqual(parts)
  })

  it.each([
    [
      'a log that does not exist',
      ['--log', '/missing.jsonl', '--policy', 'POLICY'],
      1,
      /--log \/missing\.jsonl cannot be read: ENOENT/,
    ],
    [
      'a policy that does not exist',
      ['--log', 'LOG', '--policy', '/missing.json'],
      1,
      /--policy \/missing\.json cannot be read: ENOENT/,
    ],
    [
      'a policy with faults',
      ['--log', 'LOG', '--policy', 'BAD'],
      1,
      /bad\.json:1:4: \/plan is not known here/,
    ],
    [
      'a log without decisions',
      ['--log', 'POLICY', '--policy', 'POLICY'],
      1,
      /there is no decision in --log .*policy\.json: replay reads the JSON lines of .*--log-format json/,
    ],
    ['no policy', ['--log', 'LOG'], 2, /--policy/],
    ['no log', ['--policy', 'POLICY'], 2, /--log/],
    [
      'a wrong number',
      ['--log', 'LOG', '--policy', 'POLICY', '--skew-ms', 'x'],
      2,
      /whole number of milliseconds/,
    ],
  ])('refuses %s', (_what, args, ...[expected, said]) => {
    const files: Record<string, string> = {
      LOG: fileHolding('log.jsonl', LOG),
      POLICY: policyFile(),
      BAD: fileHolding('bad.json', '{  "plan": 1 }'),
    }
    const { code, stdout, stderr } = replay(args.map((arg) => files[arg] ?? arg))
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(said)
  })

  it('names the first line that it cannot read', () => {
    const log = fileHolding('log.jsonl', `${LOG}\n{"msg":"decision"}\n`)
    expect(replay(['--log', log, '--policy', policyFile()]).stdout).toContain(
      `1 lines about decisions could not be read; the first is ${log}:23.`,
    )
  })

  it('explains itself', () => {
    const { code, stdout } = replay(['--help'])
    expect(code).toBe(0)
    for (const word of ['--log', '--policy', '--json', '--skew-ms', 'Exit codes', 'standard input'])
      expect(stdout).toContain(word)
  })
})

function start(index: number, lease: string, isDenied = false): string {
  const time = `2026-11-22T02:00:0${index}.00${lease === 'a' ? 0 : 1}Z`
  const how = isDenied ? { outcome: 'denied', rule: { max: 1 } } : { outcome: 'admitted' }
  return JSON.stringify({
    time,
    verb: 'start',
    user: `user-${index}`,
    lease,
    plan: 'standard',
    ms: 0.1,
    ...how,
    msg: 'decision',
  })
}

type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

function replay(args: readonly string[], input = ''): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND_LINE, 'replay', ...args], {
    env: {},
    input,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

function policyFile(): string {
  return fileHolding('policy.json', POLICY)
}

function fileHolding(name: string, content: string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}
