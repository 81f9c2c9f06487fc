/** docs/operations.md explains each 503 by the words that callers get. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LimiterError, type LimiterErrorCode } from '@streamgate/core'
import { expect, it } from 'vitest'
import { faultOf } from '../../service/src/api/fault.ts'
import { presentProblem } from '../../service/src/api/present-problem.ts'

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8')

const CODES: readonly LimiterErrorCode[] = [
  'STORE_UNAVAILABLE',
  'STORE_TIMED_OUT',
  'STORE_CONTENDED',
  'STORE_CLOSED',
]
const FAULTS = [
  ...CODES.map((code) => faultOf(new LimiterError(code, 'why'))),
  { kind: 'not-ready', readiness: 'store-unavailable' },
  { kind: 'not-ready', readiness: 'draining' },
] as const

it.each(FAULTS)('%j is explained', (fault) => {
  const { status, body } = presentProblem(fault)
  const { type, detail } = JSON.parse(String(body)) as { type: string; detail: string }
  expect(status).toBe(503)
  expect(PAGE).toContain(`| \`${type.replace('/problems/', '')}\` | ${detail} |`)
})
