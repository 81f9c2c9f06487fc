import { describe, expect, it } from 'vitest'
import type { Limit } from '@streamgate/core'
import type { Decision } from '../src/telemetry/decision-event.ts'
import { Metrics } from '../src/telemetry/prometheus.ts'
import { ruleLabel } from '../src/telemetry/rule-label.ts'

const START = { verb: 'start', outcome: 'admitted', plan: 'standard' } as const
const REQUEST = { requestId: 'r', method: 'POST', route: '/', status: 201, seconds: 0.001, atMs: 0 }

describe('the metrics of decisions', () => {
  it('count admissions by outcome, plan and the rule that refused', async () => {
    const metrics = metricsAfter(
      START,
      START,
      { ...START, outcome: 'denied', rule: { max: 3 } },
      { ...START, outcome: 'pool-full', pool: 'match-7' },
      { ...START, verb: 'heartbeat', outcome: 'denied', rule: { max: 3 } },
      { ...START, verb: 'heartbeat', outcome: 'renewed' },
      { verb: 'list', outcome: 'listed' },
    )
    expect(await seriesOf(metrics, 'streamgate_admissions_total')).toEqual({
      'outcome="admitted",plan="standard",rule=""': 2,
      'outcome="denied",plan="standard",rule="3 streams"': 2,
      'outcome="pool-full",plan="standard",rule="pool match-7"': 1,
    })
  })

  it('name a rule by what the policy says, and never by what a caller sends', () => {
    const deny = (rule: Limit) => ruleLabel({ ...START, outcome: 'denied', rule })
    expect(deny({ max: 1, per: 'contentId' })).toBe('1 stream on each contentId')
    expect(deny({ max: 2, deviceType: ['tv', 'console'] })).toBe('2 streams with deviceType tv or console')
    expect(deny({ max: 1, distinct: 'network' })).toBe('1 network')
    const many = Array.from({ length: 99 }, (_, index) => `title-${index}`)
    expect(deny({ max: 1, where: { contentId: many } })).toHaveLength(100)
    expect(ruleLabel({ ...START, outcome: 'pool-full', pool: 'per-title:secret' })).toBe('pool per-title')
    expect(ruleLabel({ ...START, outcome: 'device-denied' })).toBe('devices')
  })

  it('keep the number of series in bounds, and still count everything', async () => {
    const plans = Array.from({ length: 2000 }, (_, index) => ({ ...START, plan: `plan-${index}` }))
    const denied = plans.map((one) => ({ ...one, outcome: 'denied', rule: { max: 1 } }))
    const metrics = metricsAfter(...plans, ...denied, { ...START, plan: 'plan-1' })
    const series = await seriesOf(metrics, 'streamgate_admissions_total')
    expect(Object.keys(series)).toHaveLength(502)
    expect(series['outcome="admitted",plan="plan-1",rule=""']).toBe(2)
    expect(series['outcome="admitted",plan="other",rule=""']).toBe(1500)
    expect(series['outcome="denied",plan="other",rule="other"']).toBe(2000)
  })

  it('tell how many leases are left of those that began', async () => {
    const metrics = metricsAfter(
      START,
      START,
      { ...START, ends: ['one', 'two'] },
      { ...START, verb: 'heartbeat' },
      { ...START, outcome: 'degraded', isDegraded: true },
      { ...START, outcome: 'renewed' },
      { verb: 'stop', outcome: 'not-held' },
    )
    const left = async () => (await seriesOf(metrics, 'streamgate_live_leases'))['']
    expect(await left()).toBe(2)
    metrics.answered({ ...REQUEST, decision: [{ verb: 'stop', outcome: 'stopped' }] })
    metrics.answered({ ...REQUEST, decision: [{ verb: 'lapse', outcome: 'lapsed' }] })
    expect(await left()).toBe(0)
    metrics.leasesRemoved(3)
    expect(await left()).toBe(-3)
    expect(await seriesOf(metrics, 'streamgate_degraded_decisions_total')).toEqual({ '': 1 })
  })

  it('count writes that the store refused by verb, and decisions that were made again', async () => {
    const metrics = new Metrics()
    const call = { seconds: 0.001, failed: false }
    metrics.storeCalled({ ...call, verb: 'add', isRefused: true })
    metrics.storeCalled({ ...call, verb: 'replace', isRefused: false })
    metrics.retried()
    expect(await seriesOf(metrics, 'streamgate_store_conflicts_total')).toEqual({ 'verb="add"': 1 })
    expect(await seriesOf(metrics, 'streamgate_decision_retries_total')).toEqual({ '': 1 })
  })
})

function metricsAfter(...decisions: readonly Decision[]): Metrics {
  const metrics = new Metrics()
  for (const decision of decisions) metrics.answered({ ...REQUEST, decision })
  return metrics
}

/** The values of a metric by its labels, as the text format writes them. */
async function seriesOf(metrics: Metrics, name: string): Promise<Readonly<Record<string, number>>> {
  const { text } = await metrics.scrape()
  const samples = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (-?\\d+)$`, 'gm'))
  return Object.fromEntries([...samples].map(([, labels = '', value]) => [labels, Number(value)]))
}
