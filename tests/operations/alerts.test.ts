/** The alerts, judged by Prometheus' own `promtool`. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { ALERT_CASES, type AlertCase } from './alert-cases.ts'
import { describeWithPrometheus } from './with-prometheus.ts'
import { MORE_ALERT_CASES } from './more-alert-cases.ts'
import { ALERTS_FILE, alertRules, RECORDING_FILE } from './rule-files.ts'

const CASES = [...ALERT_CASES, ...MORE_ALERT_CASES]

describeWithPrometheus('the alerts', () => {
  it('are rules that Prometheus accepts, and so are the recording rules', () => {
    const files = [ALERTS_FILE, RECORDING_FILE]
    expect(promtool('check', 'rules', '--lint-fatal', ...files)).toMatchObject({ status: 0, stderr: '' })
  })

  it.each(CASES.map((one) => [titleOf(one), one] as const))('%s', (_title, one) => {
    const file = join(temporaryFolder(), 'test.yml')
    // JSON is YAML too.
    writeFileSync(file, JSON.stringify(documentOf(one)))
    const { status, stdout, stderr } = promtool('test', 'rules', file)
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' })
  })

  it.each(alertRules().map(({ alert }) => alert))(
    '%s has a case that fires and one that does not',
    (alert) => {
      const hows = CASES.filter((one) => one.alert === alert).map(({ fires }) => fires !== undefined)
      expect(new Set(hows)).toEqual(new Set([true, false]))
    },
  )
})

function titleOf({ alert, when, fires }: AlertCase): string {
  return `${alert} ${fires === undefined ? 'does not fire' : 'fires'} if ${when}`
}

/** A test of one case, as `promtool` reads it. */
function documentOf({ alert, series, atMinute, fires }: AlertCase): object {
  const expected = fires && { exp_labels: fires.labels, exp_annotations: { summary: fires.summary } }
  return {
    rule_files: [RECORDING_FILE, ALERTS_FILE],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [
          {
            eval_time: `${atMinute}m`,
            alertname: alert,
            exp_alerts: expected === undefined ? [] : [expected],
          },
        ],
      },
    ],
  }
}

function promtool(...args: readonly string[]) {
  return spawnSync('promtool', args, { encoding: 'utf8' })
}
