import { printable } from '../text/printable.ts'
import { textTable } from '../text/text-table.ts'
import type { Finding } from './finding.ts'

/** Findings as a table for people, with what to do below each, and a sum. */
export function findingsInWords(findings: readonly Finding[]): string {
  const rows = findings.map(({ state, check, found, todo }) => [
    state,
    check,
    [...found.split('\n').map(printable), ...(todo === undefined ? [] : [`→ ${printable(todo)}`])],
  ])
  const table = textTable({ head: ['state', 'check', 'found'], rows })
  return `${table}\n${counted(findings, 'fault')}, ${counted(findings, 'warning')}.\n`
}

/** The same for programs: one line of JSON. */
export function findingsAsJson(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((one) => one.state === state).length
  return `${JSON.stringify({ faults: count('fault'), warnings: count('warning'), findings })}\n`
}

function counted(findings: readonly Finding[], state: Finding['state']): string {
  const count = findings.filter((one) => one.state === state).length
  return count === 1 ? `1 ${state}` : `${count} ${state}s`
}
