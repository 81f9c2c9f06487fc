/**
 * What the service tells of itself. These documents never change while a process runs, so each is
 * made once and kept as bytes that any number of answers share.
 */
import { renderProblem, renderProblems, renderReference } from './reference/reference-page.ts'
import { openApiDocument } from './openapi.ts'
import { DECISION_SCHEMA } from '../telemetry/decision-schema.ts'
import { POLICY_SCHEMA } from '../policy/policy-schema.ts'
import { PROBLEMS, type ProblemName } from './problem.ts'
import type { Documents, Route } from './route.ts'

/** All documents of a service with these routes. */
export function makeDocuments(routes: readonly Route[], version: string): Documents {
  const openapi = openApiDocument(routes, version)
  const kinds = (Object.keys(PROBLEMS) as ProblemName[]).map(
    (name) => [name, { type: `/problems/${name}`, ...PROBLEMS[name] }] as const,
  )
  const problems = kinds.map(([, kind]) => kind)
  return {
    openapi: jsonBytes(openapi),
    reference: bytesOf(renderReference(openapi, problems)),
    policySchema: jsonBytes(POLICY_SCHEMA),
    decisionSchema: jsonBytes(DECISION_SCHEMA),
    problems: { data: jsonBytes({ problems }), page: bytesOf(renderProblems(problems)) },
    problem: new Map(
      kinds.map(([name, kind]) => [name, { data: jsonBytes(kind), page: bytesOf(renderProblem(kind)) }]),
    ),
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return bytesOf(JSON.stringify(value))
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
