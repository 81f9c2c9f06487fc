/** A real Prometheus scrapes the real service, and answers what the dashboard asks. */
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { BusyService } from './busy-service.ts'
import { QUERIES } from './dashboard.ts'
import { PrometheusServer } from './prometheus-server.ts'
import { recordingRules } from './rule-files.ts'
import { describeWithPrometheus } from './with-prometheus.ts'

/** Far longer than a few scrapes take. */
const PATIENCE_MS = 40_000

/** What shows only that something fails, by a part of the expression. Here nothing does. */
const FAULTS_ONLY = /status=~"5|status="429"|result="failed"/

describeWithPrometheus('Prometheus', () => {
  const atEnd = atEndOfTests()
  let busy: BusyService
  let prometheus: PrometheusServer
  beforeAll(async () => {
    busy = await BusyService.start(atEnd)
    prometheus = await PrometheusServer.start(busy.service.url, atEnd)
  }, 60_000)

  it('has an answer to everything that the dashboard asks', async () => {
    const asked = QUERIES.filter(({ expr }) => !FAULTS_ONLY.test(expr) || expr.includes('vector(0)'))
    await vi.waitFor(
      async () => {
        await busy.makeCalls()
        const found = await Promise.all(asked.map(({ expr }) => prometheus.query(filledIn(expr))))
        expect(asked.filter((_, index) => !found[index]?.some(isNumber)).map(({ expr }) => expr)).toEqual([])
      },
      { timeout: PATIENCE_MS, interval: 200 },
    )
  }, 60_000)

  it('takes the expressions on faults too', async () => {
    for (const { expr } of QUERIES.filter(({ expr: text }) => FAULTS_ONLY.test(text))) {
      expect(await prometheus.query(filledIn(expr)), expr).toBeDefined()
    }
  })

  it('shows which limit of which plan refused', async () => {
    const refused = await prometheus.query(
      'sum by (plan, rule) (streamgate_admissions_total{outcome="denied"})',
    )
    expect(refused.map(({ metric }) => metric)).toEqual([{ plan: 'basic', rule: '2 streams' }])
  })

  it('applies every rule without an error, and no alert fires for a service that is well', async () => {
    const recorded = recordingRules().filter(({ expr }) => !FAULTS_ONLY.test(expr))
    await vi.waitFor(
      async () => {
        expect((await prometheus.rules()).filter(({ health }) => health !== 'ok')).toEqual([])
        const found = await Promise.all(recorded.map(({ record }) => prometheus.query(record)))
        expect(recorded.filter((_, index) => found[index]?.length === 0)).toEqual([])
      },
      { timeout: PATIENCE_MS, interval: 200 },
    )
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([])
  }, 60_000)
})

/** The expression as Grafana sends it. */
function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '5s').replaceAll(/"\$(?:job|instance)"/g, '".*"')
}

function isNumber({ value: [, text] }: { readonly value: readonly [number, string] }): boolean {
  return Number.isFinite(Number(text))
}
