/** The service's own account of itself. */
import type { HttpResponse } from '../http.ts'
import { notFound } from '../fault.ts'
import type { Call, Route, TwoForms } from '../route.ts'
import { PolicyFileSchema } from '../answer-schemas.ts'
import { ProblemTypeSchema, ProblemTypesSchema } from '../problem-schemas.ts'

/** Our pages run no script, load nothing but one style of their own, and stand in no frame. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const openapiRoute: Route = {
  method: 'GET',
  path: '/openapi.json',
  audience: 'public',
  operation: {
    operationId: 'getOpenApi',
    summary: 'The OpenAPI 3.1 document',
    description: 'Made from the schemas that the service validates with.',
    answers: { 200: { description: 'OpenAPI 3.1.' } },
  },
  handle: async ({ service }) => data((await service.documents()).openapi),
}

export const docsRoute: Route = {
  method: 'GET',
  path: '/docs',
  audience: 'public',
  operation: {
    operationId: 'getDocs',
    summary: 'The reference to read',
    description: 'The OpenAPI document as one page that loads nothing from elsewhere.',
    answers: { 200: { description: 'A page.', contentType: 'text/html' } },
  },
  handle: async ({ service }) => page((await service.documents()).reference),
}

export const policySchemaRoute: Route = {
  method: 'GET',
  path: '/policy.schema.json',
  audience: 'public',
  operation: {
    operationId: 'getPolicySchema',
    summary: 'The JSON Schema of a policy file',
    description:
      'Draft 2020-12, with descriptions, defaults and examples: name it in the `$schema` of a policy file, and editors complete and check what you write.',
    answers: {
      200: { description: 'JSON Schema.', schema: PolicyFileSchema, contentType: 'application/schema+json' },
    },
  },
  handle: async ({ service }) => data((await service.documents()).policySchema, 'application/schema+json'),
}

export const problemsRoute: Route = {
  method: 'GET',
  path: '/problems',
  audience: 'public',
  operation: {
    operationId: 'listProblems',
    summary: 'Every kind of problem',
    description: 'As JSON, or as a page where `Accept` asks for HTML.',
    answers: { 200: { description: 'All kinds of problem.', schema: ProblemTypesSchema } },
  },
  handle: async (call) => asWanted(call, (await call.service.documents()).problems),
}

export const problemRoute: Route = {
  method: 'GET',
  path: '/problems/{type}',
  audience: 'public',
  operation: {
    operationId: 'getProblem',
    summary: 'One kind of problem, explained',
    description: 'Where the `type` of a problem leads. As JSON, or as a page where `Accept` asks for HTML.',
    answers: {
      200: { description: 'What it means and what to do.', schema: ProblemTypeSchema },
      404: { description: 'There is no such kind.', problems: ['not-found'] },
    },
  },
  handle: async (call) => {
    const documents = await call.service.documents()
    const found = documents.problem.get(call.params['type'] ?? '')
    if (found === undefined) return { fault: notFound('problem-type') }
    return asWanted(call, found)
  },
}

/** As a page if `Accept` asks for one, else as JSON. */
function asWanted({ request }: Call, forms: TwoForms): HttpResponse {
  const wantsPage = request.headers['accept']?.includes('text/html') ?? false
  return wantsPage ? page(forms.page) : data(forms.data)
}

function data(body: Uint8Array, contentType = 'application/json'): HttpResponse {
  return { status: 200, headers: { 'content-type': contentType }, body }
}

function page(body: Uint8Array): HttpResponse {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  }
  return { status: 200, headers, body }
}
