/** The service's own account of itself. */
import { renderProblem, renderProblems, renderReference } from '../documentation.ts'
import { json, type HttpResponse } from '../http.ts'
import { POLICY_SCHEMA } from '../policy/policy-schema.ts'
import { problem, PROBLEMS, type ProblemName } from '../problem.ts'
import type { Call, Route } from '../route.ts'
import { PolicyFileSchema, ProblemTypeSchema, ProblemTypesSchema } from '../schemas.ts'

/** Our pages run no script and load nothing: one style of their own. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

export const openapiRoute: Route = {
  method: 'GET',
  path: '/openapi.json',
  operation: {
    operationId: 'getOpenApi',
    summary: 'The OpenAPI 3.1 document',
    description: 'Made from the schemas that the service validates with.',
    tag: 'documentation',
    answers: { 200: { description: 'OpenAPI 3.1.' } },
  },
  handle: async ({ service }) => json(200, await service.openapi()),
}

export const docsRoute: Route = {
  method: 'GET',
  path: '/docs',
  operation: {
    operationId: 'getDocs',
    summary: 'The reference to read',
    description: 'The OpenAPI document as one page that loads nothing from elsewhere.',
    tag: 'documentation',
    answers: { 200: { description: 'A page.', contentType: 'text/html' } },
  },
  handle: async ({ service }) => page(renderReference(await service.openapi())),
}

export const policySchemaRoute: Route = {
  method: 'GET',
  path: '/policy.schema.json',
  operation: {
    operationId: 'getPolicySchema',
    summary: 'The JSON Schema of a policy file',
    description:
      'Draft 2020-12, with descriptions, defaults and examples: name it in the `$schema` of a policy file, and editors complete and check what you write.',
    tag: 'documentation',
    answers: {
      200: { description: 'JSON Schema.', schema: PolicyFileSchema, contentType: 'application/schema+json' },
    },
  },
  handle: () => {
    const { status, headers, body } = json(200, POLICY_SCHEMA)
    return { status, headers: { ...headers, 'content-type': 'application/schema+json' }, body }
  },
}

export const problemsRoute: Route = {
  method: 'GET',
  path: '/problems',
  operation: {
    operationId: 'listProblems',
    summary: 'Every kind of problem',
    description: 'As JSON, or as a page where `Accept` asks for HTML.',
    tag: 'documentation',
    answers: { 200: { description: 'All kinds of problem.', schema: ProblemTypesSchema } },
  },
  handle: (call) => {
    const all = (Object.keys(PROBLEMS) as ProblemName[]).map(problemType)
    return wantsPage(call) ? page(renderProblems(all)) : json(200, { problems: all })
  },
}

export const problemRoute: Route = {
  method: 'GET',
  path: '/problems/{type}',
  operation: {
    operationId: 'getProblem',
    summary: 'One kind of problem, explained',
    description: 'Where the `type` of a problem leads. As JSON, or as a page where `Accept` asks for HTML.',
    tag: 'documentation',
    answers: {
      200: { description: 'What it means and what to do.', schema: ProblemTypeSchema },
      404: { description: 'There is no such kind.', problems: ['not-found'] },
    },
  },
  handle: (call) => {
    const name = call.params['type'] ?? ''
    if (!isProblemName(name)) return problem('not-found', 'There is no such kind of problem.')
    return wantsPage(call) ? page(renderProblem(problemType(name))) : json(200, problemType(name))
  },
}

function problemType(name: ProblemName) {
  const { title, status, explanation } = PROBLEMS[name]
  return { type: `/problems/${name}`, title, status, explanation }
}

function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(PROBLEMS, name)
}

function wantsPage({ request }: Call): boolean {
  return request.headers['accept']?.includes('text/html') ?? false
}

function page(body: string): HttpResponse {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  }
  return { status: 200, headers, body }
}
