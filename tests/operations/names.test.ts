/** Dashboard, alerts and rules name only metrics and labels that the service really exports. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { BusyService } from './busy-service.ts'
import { DASHBOARD, QUERIES } from './dashboard.ts'
import { exportedIn, type Exported } from './exported.ts'
import { namedIn } from './promql.ts'
import { alertRules, recordingRules } from './rule-files.ts'

/** What Prometheus itself adds. */
const ADDED_LABELS = ['job', 'instance']
const ADDED_METRICS: Exported = new Map([['up', new Set()]])
const PATIENCE_MS = 20_000

const atEnd = atEndOfTests()
let exported: Exported

beforeAll(async () => {
  const busy = await BusyService.start(atEnd)
  await busy.makeCalls()
  await vi.waitFor(
    async () => {
      exported = exportedIn(await busy.scrape())
      expect([...exported.keys()]).toContain('streamgate_shadow_decisions_total')
      expect([...exported.keys()]).toContain('streamgate_sweep_pruned_total')
    },
    { timeout: PATIENCE_MS, interval: 50 },
  )
}, 60_000)

describe('names that are used and not exported', () => {
  it.each(QUERIES.map((query) => [query.title, query]))('by the panel “%s”', (_title, { expr, legend }) => {
    expect(strangeIn(expr, legend)).toEqual([])
  })

  it.each(alertRules().map((rule) => [rule.alert, rule]))(
    'by the alert %s',
    (_alert, { expr, annotations }) => {
      const shown = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
      expect(strangeIn(expr, shown)).toEqual([])
    },
  )

  it.each(recordingRules().map((rule) => [rule.record, rule]))('by the rule %s', (_record, { expr }) => {
    expect(strangeIn(expr)).toEqual([])
  })

  it('by the variables and the annotations of the dashboard', () => {
    const variables = DASHBOARD.templating.list.flatMap(({ definition = '' }) => definition)
    for (const definition of variables.filter((text) => text !== '')) {
      expect(strangeIn(definition.replace('label_values(', '').replace(/, \w+\)$/, ''))).toEqual([])
    }
    for (const { expr } of DASHBOARD.annotations.list) expect(strangeIn(expr)).toEqual([])
  })

  it('are found: a metric, a label in braces, one of a list, one of a legend', () => {
    expect(strangeIn('rate(streamgate_gone_total[5m])')).toEqual(['streamgate_gone_total'])
    expect(strangeIn('sum by (user) (streamgate_workers{status="ready"} > 0)')).toEqual([
      'streamgate_workers{status}',
      'user',
    ])
    expect(strangeIn('streamgate_workers', ['plan'])).toEqual(['plan'])
  })
})

/** The names in an expression, and the labels shown of it, that are not exported. */
function strangeIn(expr: string, shown: readonly string[] = []): readonly string[] {
  const { metrics, lists } = namedIn(expr)
  const strange: string[] = []
  const known = new Set(ADDED_LABELS)
  for (const [name, labels] of metrics) {
    const own = labelsOf(name)
    if (own === undefined) strange.push(name)
    for (const label of own ?? []) known.add(label)
    for (const label of labels) {
      if (!ADDED_LABELS.includes(label) && own?.has(label) !== true) strange.push(`${name}{${label}}`)
    }
  }
  return [...strange, ...[...lists, ...shown].filter((label) => !known.has(label))]
}

/** The labels of a metric, or of the series that a recording rule makes. */
function labelsOf(name: string): ReadonlySet<string> | undefined {
  const rule = recordingRules().find(({ record }) => record === name)
  if (rule === undefined) return exported.get(name) ?? ADDED_METRICS.get(name)
  return new Set([...namedIn(rule.expr).lists].filter((label) => label !== 'le'))
}
