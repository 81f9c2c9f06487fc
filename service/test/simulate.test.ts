/** What `streamgate simulate` writes. */
import { DEFAULT_POLICY, parsePolicy, type Policy } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { LogSurvey } from '../src/replay/log-survey.ts'
import { Replay } from '../src/replay/replay.ts'
import { UnloggedRenewals } from '../src/replay/unlogged-renewals.ts'
import { Simulation } from '../src/simulate/simulation.ts'
import { readLogLine, type LoggedDecision } from '../src/telemetry/decision-reader.ts'
import { DECISION_SCHEMA } from '../src/telemetry/decision-schema.ts'

const FAMILY = parsePolicy({
  heartbeatSeconds: { whenRoom: 300, whenFull: 60 },
  plans: {
    standard: { limits: [{ max: 2 }] },
    basic: { limits: [{ max: 1 }], whenFull: 'evict-oldest' },
    family: { limits: [{ max: 4 }, { max: 1, per: 'profile' }, { max: 1, distinct: 'network' }] },
  },
  defaultPlan: 'standard',
})

const CASES: readonly (readonly [string, Policy, boolean])[] = [
  ['the built-in policy', DEFAULT_POLICY, false],
  ['the built-in policy, with each heartbeat', DEFAULT_POLICY, true],
  ['plans that evict, and ask for profile and network', FAMILY, false],
]

describe.each(CASES)('a simulated log under %s', (_name, policy, areAllLogged) => {
  it('is the same for the same seed, and another for another', async () => {
    const once = await linesOf({ policy, areAllLogged, seed: 4 })
    expect(await linesOf({ policy, areAllLogged, seed: 4 })).toEqual(once)
    expect(await linesOf({ policy, areAllLogged, seed: 5 })).not.toEqual(once)
    expect(once.length).toBeGreaterThan(500)
  })

  it('is as the schema says', async () => {
    const schema = { ...DECISION_SCHEMA, additionalProperties: false }
    const isKnown = new Ajv2020({ keywords: ['version'] }).compile(schema)
    for (const line of await linesOf({ policy, areAllLogged, seed: 6 })) {
      isKnown(JSON.parse(line))
      expect(isKnown.errors ?? [], line).toEqual([])
    }
  })

  it('comes out the same in a replay under that policy', async () => {
    const lines = await linesOf({ policy, areAllLogged, seed: 7 })
    const survey = new LogSurvey()
    for (const line of lines) survey.take(line)
    const renewals = new UnloggedRenewals(survey, policy)
    const replay = new Replay({ policy, store: new MemoryStore(), skewMs: 0 })
    const decisions = lines.map((line) => readLogLine(line) as LoggedDecision)
    for (const decision of decisions.toSorted((one, other) => one.atMs - other.atMs)) {
      for (const one of renewals.upTo(decision)) await replay.play(one)
    }
    await replay.end()
    expect(replay.tally.starts).toEqual({ newlyRefused: 0, newlyAdmitted: 0 })
    const refused = [...replay.tally.plans.values()].reduce((sum, plan) => sum + plan.refused.logged, 0)
    expect(refused).toBeGreaterThan(0)
  })
})

async function linesOf(options: {
  readonly policy: Policy
  readonly areAllLogged: boolean
  readonly seed: number
}): Promise<string[]> {
  const lines: string[] = []
  const simulation = new Simulation({
    ...options,
    users: 40,
    days: 2,
    startMs: Date.UTC(2026, 0, 5),
    store: new MemoryStore(),
    write: (line) => lines.push(line),
  })
  for (let hour = 0; hour < simulation.hours; hour += 1) await simulation.runHour(hour)
  return lines
}
