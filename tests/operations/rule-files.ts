/** The rules for Prometheus in `ops/prometheus`. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const ALERTS_FILE = fileURLToPath(new URL('../../ops/prometheus/alerts.yml', import.meta.url))
export const RECORDING_FILE = fileURLToPath(new URL('../../ops/prometheus/recording.yml', import.meta.url))

export type AlertRule = {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: 'page' | 'ticket' }
  readonly annotations: { readonly summary: string }
}

export type RecordingRule = { readonly record: string; readonly expr: string }

export function alertRules(): readonly AlertRule[] {
  return rulesIn(ALERTS_FILE) as readonly AlertRule[]
}

export function recordingRules(): readonly RecordingRule[] {
  return rulesIn(RECORDING_FILE) as readonly RecordingRule[]
}

function rulesIn(file: string): readonly unknown[] {
  const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: unknown[] }[] }
  return groups.flatMap(({ rules }) => rules)
}
