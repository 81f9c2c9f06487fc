import { describe, expect, it } from 'vitest'
import type { AnsweredRequest } from '../../service/src/telemetry/decision-event.ts'
import { EmbeddedMetrics } from '../../service/src/telemetry/cloudwatch.ts'
import { assertMetricLine } from './embedded-metric-format.ts'

const NOW_MS = 1_790_000_000_000

function makeMetrics() {
  const lines: string[] = []
  const metrics = new EmbeddedMetrics({
    functionName: 'gate',
    now: () => NOW_MS,
    write: (line) => lines.push(line),
  })
  return { metrics, lines }
}

function request(outcome: string | undefined, more: Partial<AnsweredRequest> = {}): AnsweredRequest {
  const about = { requestId: 'r', method: 'POST', route: '/users/{userId}/streams', status: 201 }
  const decision =
    outcome === undefined ? undefined : ({ verb: 'start', outcome, user: 'u-1', lease: 's-1' } as const)
  return { ...about, seconds: 0.0123456, atMs: NOW_MS, decision, ...more }
}

describe('metrics in the embedded metric format', () => {
  it.each([
    ['admitted', 'Admitted'],
    ['renewed', 'Renewed'],
    ['denied', 'Denied'],
    ['evicted', 'Evicted'],
  ])('count a decision with the outcome %s', (outcome, name) => {
    const { metrics, lines } = makeMetrics()
    metrics.storeCalled({ verb: 'add', seconds: 0.001, failed: false, isRefused: false })
    metrics.storeCalled({ verb: 'replace', seconds: 0.002, failed: true, isRefused: false })
    metrics.answered(request(outcome))
    metrics.flush()
    expect(lines.map(assertMetricLine)).toEqual([
      {
        _aws: {
          Timestamp: NOW_MS,
          CloudWatchMetrics: [
            {
              Namespace: 'Streamgate',
              Dimensions: [['FunctionName']],
              Metrics: [
                { Name: 'Faults', Unit: 'Count' },
                { Name: name, Unit: 'Count' },
                { Name: 'StoreTime', Unit: 'Milliseconds' },
                { Name: 'RequestTime', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        FunctionName: 'gate',
        Faults: 0,
        [name]: 1,
        StoreTime: [1, 2],
        RequestTime: [12.346],
      },
    ])
  })

  it.each([
    [499, 0],
    [500, 1],
    [503, 1],
  ])('call an answer of %i %i faults', (status, faults) => {
    const { metrics, lines } = makeMetrics()
    metrics.answered(request(undefined, { status }))
    metrics.flush()
    const [line] = lines.map(assertMetricLine)
    expect(line).toMatchObject({ Faults: faults, RequestTime: [12.346] })
    expect(line).not.toHaveProperty('Denied')
  })

  it('do not call a denial a fault', () => {
    const { metrics, lines } = makeMetrics()
    metrics.answered(request('denied', { status: 409 }))
    metrics.flush()
    expect(lines.map(assertMetricLine)).toMatchObject([{ Denied: 1, Faults: 0 }])
  })

  it('name no user, stream or request', () => {
    const { metrics, lines } = makeMetrics()
    const ids = { requestId: 'secret-1', route: 'secret-2' }
    const decision = { verb: 'start', outcome: 'admitted', user: 'secret-3', lease: 'secret-4' } as const
    metrics.answered(request(undefined, { ...ids, decision }))
    metrics.answered(request(undefined, { decision: { ...decision, outcome: 'secret-5' } }))
    metrics.flush()
    expect(lines.map(assertMetricLine)).toMatchObject([{ Admitted: 1 }])
    expect(lines.join('')).not.toContain('secret')
  })

  it('write what was recorded since the last line, and nothing if nothing was', () => {
    const { metrics, lines } = makeMetrics()
    metrics.flush()
    metrics.answered(request('admitted'))
    metrics.answered(request('admitted'))
    metrics.flush()
    metrics.flush()
    metrics.answered(request('renewed'))
    metrics.flush()
    const [first, second, ...more] = lines.map(assertMetricLine)
    expect(first).toMatchObject({ Admitted: 2, Faults: 0, RequestTime: [12.346, 12.346] })
    expect(second).toMatchObject({ Renewed: 1, Faults: 0, RequestTime: [12.346] })
    expect(second).not.toHaveProperty('Admitted')
    expect(more).toEqual([])
  })

  it('begin another line after a hundred values of one metric, which is the most that a line may hold', () => {
    const { metrics, lines } = makeMetrics()
    for (let call = 1; call <= 101; call += 1) {
      metrics.storeCalled({ verb: 'replace', seconds: call / 1000, failed: false, isRefused: false })
    }
    metrics.flush()
    const told = lines.map((line) => assertMetricLine(line)['StoreTime'] as readonly number[])
    expect(told.map(({ length }) => length)).toEqual([100, 1])
    expect(told.flat()).toEqual(Array.from({ length: 101 }, (_, index) => index + 1))
  })
})
