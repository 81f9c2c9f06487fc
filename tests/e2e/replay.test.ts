/** Logs of real services, replayed under the policy that made them and under others. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { COMMAND_LINE, startService } from './running-service.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'

const atEnd = atEndOfTests()
const folder = temporaryFolder(atEnd)

const PLANS = {
  standard: { limits: [{ max: 3 }] },
  family: { limits: [{ max: 5 }, { max: 2, deviceType: 'tv' }, { max: 1, per: 'contentId' }] },
  oldest: { limits: [{ max: 2 }], whenFull: 'evict-oldest' },
  grace: { limits: [{ max: 2 }], graceStreams: { streams: 1, seconds: 600 } },
  zapping: { limits: [{ max: 3 }], sameDeviceReplaces: true, ignore: [{ contentId: 'c1' }] },
}
const POLICY = { defaultPlan: 'standard', plans: PLANS }

/** How many users there are, and how many calls for each. */
const USERS = 12
const CALLS_PER_USER = 160
/** How many callers of one user compete for its slots. */
const RACING = 4
/**
 * The share of calls that may come out differently. The log does not show everything: if calls of
 * one user overlapped, several orders may explain the outcomes, and a wrong one changes what
 * follows.
 */
const DIFFERENT_MAX = 0.01

describe.each([
  [1, 'all'],
  [1, 'changes'],
  [2, 'changes'],
])('a log of %i process(es) of %s decisions, whose users make one call at a time', (workers, decisions) => {
  it('gives the same outcomes under the policy that made it, to the last call', async () => {
    const report = replayed(await record(workers, { callersPerUser: 1, decisions }), POLICY)
    expect(report.decisions).toBeGreaterThan(USERS * CALLS_PER_USER * 0.7)
    expect(report.refused.logged).toBeGreaterThan(50)
    expect(report.evicted.logged).toBeGreaterThan(10)
    expect({ differences: report.differences, samples: report.samples }).toEqual({
      differences: {},
      samples: [],
    })
    for (const { logged, replayed: now } of [report.refused, report.usersRefused, report.evicted]) {
      expect(now).toBe(logged)
    }
  }, 60_000)
})

describe.each([1, 2])('a log of %i process(es) with races for the slots of each user', (workers) => {
  let log: string
  beforeAll(async () => {
    log = await record(workers, { callersPerUser: RACING, decisions: 'all' })
  }, 60_000)

  it('gives the same outcomes under the policy that made it, except for races with several possible orders', () => {
    const report = replayed(log, POLICY)
    expect(report.refused.logged).toBeGreaterThan(100)
    const different = Object.values(report.differences).reduce((sum, count) => sum + count, 0)
    expect(different, JSON.stringify(report.samples)).toBeLessThanOrEqual(report.decisions * DIFFERENT_MAX)
  })

  it('refuses more if limits are lower, and says for which plan and limit', () => {
    const family = { limits: [{ max: 1 }] }
    const report = replayed(log, { ...POLICY, plans: { ...PLANS, family } })
    const refusedOf = (name: string) => report.plans.find(({ plan }) => plan === name)?.refused
    expect(refusedOf('family')?.replayed).toBeGreaterThan(refusedOf('family')?.logged ?? Infinity)
    const rules = report.rules.filter(({ plan }) => plan === 'family').map(({ rule }) => rule)
    expect(rules).toContain('1 stream')
    expect(rules).toContain('2 streams with deviceType tv')
    expect(report.newlyRefused).toBeGreaterThan(0)
  })

  it('refuses no user if there are none', () => {
    const plans = Object.fromEntries(
      Object.keys(PLANS).map((name) => [name, { limits: [{ max: 1000 }], sameDeviceReplaces: false }]),
    )
    const report = replayed(log, { ...POLICY, plans })
    expect([report.refused.replayed, report.usersRefused.replayed]).toEqual([0, 0])
    // A start that names the stream it replaces still replaces it.
    expect(report.evicted.replayed).toBeLessThan(report.evicted.logged)
  })
})

/** The log of a service whose callers start, renew and stop streams, several for a user at once. */
async function record(
  workers: number,
  { callersPerUser, decisions }: { readonly callersPerUser: number; readonly decisions: string },
): Promise<string> {
  const work = mkdtempSync(join(folder, 'service-'))
  const flags = ['--policy', fileHolding(JSON.stringify(POLICY)), '--log-decisions', decisions]
  const service = await startService({ folder: work, workers, flags }, atEnd)
  const client = new Client(service.url)
  const calls = CALLS_PER_USER / callersPerUser
  await Promise.all(
    Array.from({ length: USERS * callersPerUser }, (_, index) => call(client, { index, calls })),
  )
  service.signal('SIGINT')
  await service.exitWithin(10_000)
  const path = join(work, 'log.jsonl')
  writeFileSync(path, service.log.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return path
}

/**
 * One of several callers of one user. It starts streams of all kinds, and some are another caller's
 * too.
 */
async function call(
  client: Client,
  { index, calls }: { readonly index: number; readonly calls: number },
): Promise<void> {
  const names = [...Object.keys(PLANS), undefined]
  const plan = names[index % names.length]
  const user = `user-${index % USERS}`
  const chance = chanceFrom(index)
  const held: string[] = []
  for (let count = 0; count < calls; count += 1) {
    const choice = chance()
    const [oldest] = held
    if (choice < 0.4 || oldest === undefined) {
      const streamId = chance() < 0.3 ? `shared-${Math.floor(chance() * 3)}` : `s-${index}-${count}`
      const deviceId = chance() < 0.5 ? `device-${Math.floor(chance() * 4)}` : undefined
      const deviceType = chance() < 0.5 ? 'tv' : undefined
      const contentId = chance() < 0.4 ? `c${Math.floor(chance() * 3)}` : undefined
      const replaces = chance() < 0.1 ? oldest : undefined
      const stream = { streamId, deviceId, deviceType, contentId, plan, replaces }
      const { status } = await client.send('POST', `/users/${user}/streams`, stream)
      if (status < 300) held.push(deviceId === undefined ? streamId : `${streamId}@${deviceId}`)
    } else if (choice < 0.7) {
      const id = held[Math.floor(chance() * held.length)] ?? oldest
      await client.send('PUT', `/users/${user}/streams/${id}`, { plan })
    } else {
      held.shift()
      await client.send('DELETE', `/users/${user}/streams/${oldest}`)
    }
  }
}

/**
 * Numbers from 0 to 1, the same for the same seed. A linear congruential generator is random enough
 * to choose calls.
 */
function chanceFrom(seed: number): () => number {
  let state = (seed + 1) * 7919
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

type Both = { readonly logged: number; readonly replayed: number }
type Report = {
  readonly decisions: number
  readonly refused: Both
  readonly usersRefused: Both
  readonly evicted: Both
  readonly newlyRefused: number
  readonly plans: readonly { readonly plan: string; readonly refused: Both }[]
  readonly rules: readonly { readonly plan: string; readonly rule: string }[]
  readonly differences: Readonly<Record<string, number>>
  readonly samples: readonly object[]
}

function replayed(log: string, policy: object): Report {
  const file = fileHolding(JSON.stringify(policy))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [COMMAND_LINE, 'replay', '--log', log, '--policy', file, '--json'],
    { env: {}, encoding: 'utf8' },
  )
  expect({ status, stderr }, readFileSync(file, 'utf8')).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout) as Report
}

function fileHolding(content: string): string {
  const path = join(mkdtempSync(join(folder, 'file-')), 'policy.json')
  writeFileSync(path, content)
  return path
}
