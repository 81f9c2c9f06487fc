import {
  leaseIdOf,
  Limiter,
  parsePolicy,
  tidied,
  type LeaseId,
  type Policy,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lapseOf } from '../src/api/lease-view.ts'
import { presentResult } from '../src/api/present.ts'
import { LogSurvey } from '../src/replay/log-survey.ts'
import { Replay } from '../src/replay/replay.ts'
import type { ReplayTally } from '../src/replay/replay-tally.ts'
import { UnloggedRenewals } from '../src/replay/unlogged-renewals.ts'
import type { Decisions } from '../src/telemetry/decision-event.ts'
import { decisionLines } from '../src/telemetry/decision-line.ts'
import { readLogLine } from '../src/telemetry/decision-reader.ts'
import type { LogDecisions } from '../src/telemetry/log-options.ts'

const EPOCH_MS = Date.parse('2026-11-22T02:00:00.000Z')
const LEASE_MS = 75_000
const HEARTBEAT_MS = 25_000
const SWEEP_MS = 600_000
const USER = 'user' as UserId
const TWO = policyOf({ limits: [{ max: 2 }] })

/** A viewer starts a stream, watches for a while, and then stops it or just goes away. */
type Viewer = { readonly startMs: number; readonly watchesMs: number; readonly stops: boolean }

/** What one user's viewers did, as a service logs it. */
class RecordedEvening {
  readonly #store = new MemoryStore()
  readonly #limiter: Limiter
  readonly #made: { readonly atMs: number; readonly decision: Decisions }[] = []
  #nowMs = EPOCH_MS
  #generations = 0

  constructor(policy: Policy) {
    this.#limiter = new Limiter({
      store: this.#store,
      policy,
      now: () => this.#nowMs,
      newGeneration: () => String((this.#generations += 1)),
      pause: async () => {},
      random: () => 0.5,
    })
  }

  async play(viewers: readonly Viewer[]): Promise<void> {
    const calls = viewers.flatMap((viewer, index) => callsOf(viewer, `stream-${index}`))
    // A sweep leaves a lease for once more its length, so the last one needs a second sweep.
    const lastMs = Math.max(...calls.map(({ atMs }) => atMs)) + 2 * SWEEP_MS
    for (let atMs = SWEEP_MS; atMs <= lastMs; atMs += SWEEP_MS)
      calls.push({ atMs, verb: 'sweep', stream: '' })
    const sentAway = new Set<string>()
    for (const { atMs, verb, stream } of calls.toSorted((one, other) => one.atMs - other.atMs)) {
      this.#nowMs = EPOCH_MS + atMs
      if (verb === 'sweep') await this.#sweep()
      else if (!sentAway.has(stream)) {
        const outcome = await this.#call(verb, stream as StreamId)
        if (outcome === 'denied' || outcome === 'evicted') sentAway.add(stream)
      }
    }
  }

  lines(which: LogDecisions): string[] {
    return this.#made.flatMap(({ atMs, decision }) =>
      decisionLines({ atMs, decision, requestId: 'id', seconds: 0 }, { which }),
    )
  }

  async #call(verb: 'start' | 'heartbeat' | 'stop', streamId: StreamId): Promise<string> {
    const [user, lease] = [USER, leaseIdOf({ streamId })]
    if (verb === 'stop') {
      const { outcome } = await this.#limiter.stop({ user, id: lease })
      this.#note({ verb, outcome, user, lease })
      return outcome
    }
    const result = await this.#limiter[verb]({ user, stream: { streamId } })
    const { decision } = presentResult({ verb, user, lease, isPlanNamed: false }, { user }, result)
    if (decision !== undefined) this.#note(decision)
    return result.outcome
  }

  async #sweep(): Promise<void> {
    const roster = await this.#store.read(USER)
    const tidying = tidied(roster, { nowMs: this.#nowMs, isFinished: () => false })
    if (tidying === undefined) return
    await this.#store.replace(USER, roster, tidying.next)
    this.#note(tidying.lapsed.map((lease) => lapseOf(USER, lease)))
  }

  #note(decision: Decisions): void {
    this.#made.push({ atMs: this.#nowMs, decision })
  }
}

type Call = {
  readonly atMs: number
  readonly verb: 'start' | 'heartbeat' | 'stop' | 'sweep'
  readonly stream: string
}

function callsOf({ startMs, watchesMs, stops }: Viewer, stream: string): Call[] {
  const calls: Call[] = [{ atMs: startMs, verb: 'start', stream }]
  for (let atMs = startMs + HEARTBEAT_MS; atMs <= startMs + watchesMs; atMs += HEARTBEAT_MS) {
    calls.push({ atMs, verb: 'heartbeat', stream })
  }
  if (stops) calls.push({ atMs: startMs + watchesMs + 1, verb: 'stop', stream })
  return calls
}

async function replayed(policy: Policy, lines: readonly string[]): Promise<ReplayTally> {
  const survey = new LogSurvey()
  for (const line of lines) survey.take(line)
  const renewals = new UnloggedRenewals(survey, policy)
  const replay = new Replay({ policy, store: new MemoryStore(), skewMs: 0 })
  for (const line of lines) {
    const decision = readLogLine(line)
    if (typeof decision === 'string') throw new Error(`${decision}: ${line}`)
    for (const one of renewals.upTo(decision)) await replay.play(one)
  }
  await replay.end()
  return replay.tally
}

function policyOf(plan: object): Policy {
  return parsePolicy({ plans: { standard: plan } })
}

const viewers = fc.array(
  fc.record({
    startMs: fc.integer({ min: 0, max: 1_200_000 }),
    watchesMs: fc.integer({ min: 0, max: 600_000 }),
    stops: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)

describe('a replay of a log without renewals', () => {
  it('decides every start as it was decided, whether players stop or just go away', async () => {
    await fc.assert(
      fc.asyncProperty(viewers, async (all) => {
        const evening = new RecordedEvening(TWO)
        await evening.play(all)
        const tally = await replayed(TWO, evening.lines('changes'))
        expect([...tally.differences], JSON.stringify(tally.samples)).toEqual([])
        expect(tally.lateHeartbeats).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    ['fewer streams', policyOf({ limits: [{ max: 1 }] })],
    ['more streams', policyOf({ limits: [{ max: 4 }] })],
    ['an eviction', policyOf({ limits: [{ max: 1 }], whenFull: 'evict-oldest' })],
  ])('refuses as many as one of the whole log does, under %s', async (_name, trial) => {
    await fc.assert(
      fc.asyncProperty(viewers, async (all) => {
        const evening = new RecordedEvening(TWO)
        await evening.play(all)
        const [whole, changes] = [evening.lines('all'), evening.lines('changes')]
        const [expected, seen] = [await replayed(trial, whole), await replayed(trial, changes)]
        expect(seen.starts).toEqual(expected.starts)
        expect(seen.plans.get('standard')?.refused).toEqual(expected.plans.get('standard')?.refused)
      }),
      { numRuns: 200 },
    )
  })

  it('has a line for each change, and none for a heartbeat that changes nothing', async () => {
    const evening = new RecordedEvening(TWO)
    await evening.play([{ startMs: 0, watchesMs: 10 * HEARTBEAT_MS, stops: false }])
    const [whole, changes] = [evening.lines('all'), evening.lines('changes')]
    expect([whole.length, changes.length, evening.lines('none').length]).toEqual([12, 2, 0])
    const expiresAt = new Date(EPOCH_MS + 10 * HEARTBEAT_MS + LEASE_MS).toISOString()
    expect(changes[0]).toContain(`"expiresAt":"${new Date(EPOCH_MS + LEASE_MS).toISOString()}"`)
    expect(changes[1]).toContain('"verb":"lapse","outcome":"lapsed","user":"user","lease":"stream-0"')
    expect(changes[1]).toContain(`"expiresAt":"${expiresAt}"`)
  })
})

describe('the survey of a log', () => {
  it.each([
    ['an earlier version', lineOf({ verb: 'start', outcome: 'admitted' }), true],
    ['changes', lineOf({ verb: 'start', outcome: 'admitted', expiresAt: null }), false],
    ['all, as its process said', '{"msg":"listening","logDecisions":"all"}', true],
    ['all, as a renewal shows', lineOf({ verb: 'heartbeat', outcome: 'renewed', expiresAt: null }), true],
  ])('tells that it is one of %s', (_name, line, areRenewalsLogged) => {
    const survey = new LogSurvey()
    survey.take(line)
    expect(survey.areRenewalsLogged).toBe(areRenewalsLogged)
  })

  it('ignores the line of a lapse that cannot be read', () => {
    const survey = new LogSurvey()
    survey.take(lineOf({ verb: 'lapse', outcome: 'lapsed', user: USER }))
    expect(survey.lastSeenMs({ user: USER, leaseId: 'a' as LeaseId, startedAtMs: 0 })).toBeUndefined()
  })
})

function lineOf(members: object): string {
  return JSON.stringify({ time: '2026-11-22T02:00:00.000Z', ...members, msg: 'decision' })
}
