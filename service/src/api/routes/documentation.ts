/** The documentation that the service serves. */
import type { HttpResponse } from '../http.ts'
import { notFound } from '../fault.ts'
import type { Call, Route, TwoForms } from '../route.ts'
import { PolicyFileSchema } from '../answer-schemas.ts'
import { ProblemTypeSchema, ProblemTypesSchema } from '../problem-schemas.ts'

/** The pages run no script, load nothing, and must not be framed. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const openapiRoute: Route = {
  method: 'GET',
  path: '/openapi.json',
  audience: 'public',
  operation: {
    operationId: 'getOpenApi',
    summary: 'The OpenAPI 3.1 document',
    description: 'Made from the schemas that validate the requests.',
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
    summary: 'This reference',
    description: 'The OpenAPI document as a page to read.',
    answers: { 200: { description: 'An HTML page.', contentType: 'text/html' } },
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
      'Draft 2020-12, with descriptions, defaults and examples. If the `$schema` of a policy file names it, editors complete and check the file.',
    answers: {
      200: { description: 'JSON Schema.', schema: PolicyFileSchema, contentType: 'application/schema+json' },
    },
  },
  handle: async ({ service }) => data((await service.documents()).policySchema, 'application/schema+json'),
}

export const decisionSchemaRoute: Route = {
  method: 'GET',
  path: '/decision.schema.json',
  audience: 'public',
  operation: {
    operationId: 'getDecisionSchema',
    summary: 'The JSON Schema of a line of the decision log',
    description: 'Draft 2020-12. Within a `version`, only optional members are added.',
    answers: {
      200: { description: 'JSON Schema.', schema: PolicyFileSchema, contentType: 'application/schema+json' },
    },
  },
  handle: async ({ service }) => data((await service.documents()).decisionSchema, 'application/schema+json'),
}

export const problemsRoute: Route = {
  method: 'GET',
  path: '/problems',
  audience: 'public',
  operation: {
    operationId: 'listProblems',
    summary: 'All problem types',
    description: 'As JSON, or as a page if `Accept` asks for HTML.',
    answers: { 200: { description: 'All problem types.', schema: ProblemTypesSchema } },
  },
  handle: async (call) => asWanted(call, (await call.service.documents()).problems),
}

export const problemRoute: Route = {
  method: 'GET',
  path: '/problems/{type}',
  audience: 'public',
  operation: {
    operationId: 'getProblem',
    summary: 'One problem type, explained',
    description: 'The `type` of a problem leads here. As JSON, or as a page if `Accept` asks for HTML.',
    answers: {
      200: { description: 'What the problem means and what to do.', schema: ProblemTypeSchema },
      404: { description: 'There is no such type.', problems: ['not-found'] },
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
