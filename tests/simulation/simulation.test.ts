/**
 * Tests the limiter over a store whose calls finish in any order and whose answers get lost.
 *
 * A failure names its seed and shows what led up to it. To run that seed alone, set `FIRST_SEED` to
 * it and `SEEDS` to 1. The history is the same on every machine. About half of the runs use plans
 * that only limit a count. The others use everything that a plan can say.
 */
import { Limiter } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { check } from './checker/checker.ts'
import { reportOf } from './failure-report.ts'
import type { History, Operation } from './history.ts'
import { simulate } from './world/simulation.ts'

const FIRST_SEED = 0
const SEEDS = 100
/** The most failing runs that are reported in full. */
const REPORTS_MAX = 3
/**
 * The share of starts and heartbeats that may give up if no call is lost. A handful of clients
 * hardly ever collide.
 */
const CONTENDED_SHARE_MAX = 0.01

/** Allows for a busy machine. */
const TIME_LIMIT_MS = 180_000

const RULES = { Limiter }

describe('the limiter under races and lost answers', () => {
  const outcomes = new Map<string, number>()
  const faultless: Operation[] = []

  const batches = [true, undefined, undefined].flatMap((isCrowded, batch) => [
    {
      kind:
        isCrowded === true ? 'a crowd under plans that only limit a count' : `plans of all kinds, ${batch}`,
      isCrowded,
      first: FIRST_SEED + SEEDS * batch,
    },
  ])
  it.each(batches)(
    'admits neither too many nor too few, and answers truthfully: $kind',
    async ({ isCrowded, first }) => {
      const broken: string[] = []
      for (let seed = first; seed < first + SEEDS; seed += 1) {
        const run = isCrowded === undefined ? { seed } : { seed, isCrowded }
        const history = await simulate(RULES, run)
        if (check(history).length > 0 && broken.length < REPORTS_MAX) broken.push(await reportOf(RULES, run))
        count(outcomes, history)
        if (history.losses.length === 0) faultless.push(...history.operations)
      }
      expect(broken.join('\n\n')).toBe('')
    },
    TIME_LIMIT_MS,
  )

  it('gives every kind of answer', () => {
    const decided = ['admitted', 'renewed', 'denied'].flatMap((each) => [
      `start ${each}`,
      `heartbeat ${each}`,
    ])
    const told = [
      ...['evicted', 'ended', 'outdated', 'finished'].map((outcome) => `heartbeat ${outcome}`),
      ...['stopped', 'noted', 'not-held'].map((outcome) => `stop ${outcome}`),
      ...['stopped', 'ignored', 'not-held'].map((outcome) => `played-out ${outcome}`),
      'list listed',
      'erase erased',
    ]
    const lost = ['start', 'heartbeat', 'stop', 'played-out', 'list', 'erase'].map(
      (verb) => `${verb} failed STORE_TIMED_OUT`,
    )
    const rare = [...decided, ...told, ...lost].filter((outcome) => (outcomes.get(outcome) ?? 0) < 5)
    expect(rare).toEqual([])
  })

  it('hardly ever gives up if no call is lost', () => {
    const contended = faultless.filter(
      ({ answer }) => answer.outcome === 'failed' && answer.code === 'STORE_CONTENDED',
    )
    expect(contended.length).toBeLessThanOrEqual(faultless.length * CONTENDED_SHARE_MAX)
  })
})

describe('a run', () => {
  it('repeats itself for the same seed, and differs for another seed', async () => {
    const [once, again, other] = [
      await simulate(RULES, { seed: 7 }),
      await simulate(RULES, { seed: 7 }),
      await simulate(RULES, { seed: 8 }),
    ]
    expect(again).toEqual(once)
    expect(other).not.toEqual(once)
  })

  it('that is cut short begins like the whole run', async () => {
    const whole = await simulate(RULES, { seed: 7 })
    const short = await simulate(RULES, { seed: 7, operations: 20 })
    expect(beginningOf(short)).toEqual(beginningOf(whole))
  })
})

function beginningOf({ operations }: History): unknown {
  return operations.slice(0, 20).map(({ request, invoked }) => ({ request, invoked }))
}

function count(outcomes: Map<string, number>, { operations }: History): void {
  for (const { request, answer } of operations) {
    const outcome = `${request.verb} ${answer.outcome}${answer.outcome === 'failed' ? ` ${answer.code}` : ''}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
}
