/**
 * The OpenAPI 3.1 document, made from the route table and the schemas that validate.
 */
import type { GenericSchema } from 'valibot'
import { DeviceIdSchema, LeaseIdSchema, PoolNameSchema, StreamIdSchema, UserIdSchema } from './id-schemas.ts'
import { PROBLEMS, type ProblemName } from './problem.ts'
import type { OpenApiContent, OpenApiDocument, OpenApiOperation, OpenApiTag } from './openapi-document.ts'
import { SECURITY_SCHEMES, securityOf } from './openapi-security.ts'
import type { AnswerDescription, Audience, HeaderName, Route } from './route.ts'
import { isOfOneTenant } from './permission.ts'
import { jsonSchemaOf, namedSchemas, type JsonSchema } from './openapi-schemas.ts'
import { InvalidRequestSchema, ProblemSchema } from './problem-schemas.ts'
import { ProblemNameSchema } from './input-schemas.ts'

const DESCRIPTION = `Concurrent-stream limits for video services: may this user start one more stream?

A player **starts** a stream, sends **heartbeats** as often as the answer says, and **stops** it. If a player vanishes, its lease expires and its slot is free again. Every error is \`application/problem+json\` (RFC 9457).`

const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' } as const

const TAGS: Readonly<Record<Audience, OpenApiTag>> = {
  viewer: { name: 'viewers', description: 'Players call these while a viewer watches.' },
  operator: { name: 'operators', description: 'For the people and systems that run the service.' },
  public: { name: 'public', description: 'Probes and documentation. They need no token and no key.' },
}

const PARAMETERS: Readonly<Record<string, GenericSchema>> = {
  userId: UserIdSchema,
  deviceId: DeviceIdSchema,
  name: PoolNameSchema,
  streamId: StreamIdSchema,
  id: LeaseIdSchema,
  type: ProblemNameSchema,
}

const HEADERS: Readonly<Record<HeaderName, { description: string; schema: JsonSchema }>> = {
  ETag: {
    description: 'Identifies this lease. Send it as `If-Match` to mean this lease only.',
    schema: { type: 'string' },
  },
  Location: { description: 'The path of the stream.', schema: { type: 'string' } },
  'Retry-After': { description: 'Retry after so many seconds.', schema: { type: 'string' } },
  RateLimit: { description: '`r` is how many more streams may start.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: '`q` is the limit of the plan.', schema: { type: 'string' } },
  'WWW-Authenticate': {
    description: 'What the call must have (RFC 6750). A 403 has it if the key lacks a scope.',
    schema: { type: 'string' },
  },
  Allow: { description: 'The methods that this path allows.', schema: { type: 'string' } },
  Deprecation: {
    description: 'The date since which the call is deprecated (RFC 9745).',
    schema: { type: 'string', examples: ['@1796083200'] },
  },
  Link: {
    description:
      'The next page (`rel="next"`), or the call that replaces this one (`rel="successor-version"`).',
    schema: { type: 'string' },
  },
}

/** The document for these routes. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Streamgate', version, description: DESCRIPTION, license: LICENSE },
    servers: [{ url: '/' }],
    tags: Object.values(TAGS),
    paths,
    components: { schemas: namedSchemas(), securitySchemes: SECURITY_SCHEMES },
  }
}

function operation(route: Route): OpenApiOperation {
  const { path, audience, operation: told } = route
  const { operationId, summary, description, isDeprecated, body } = told
  return {
    operationId,
    summary,
    description,
    ...(isDeprecated === true && { deprecated: true }),
    tags: [TAGS[audience].name],
    security: securityOf(route),
    parameters: parameters(path, told),
    ...(body && {
      requestBody: {
        required: body.isRequired,
        content: { [body.contentType ?? 'application/json']: { schema: jsonSchemaOf(body.schema) } },
      },
    }),
    responses: responses(route),
  }
}

function parameters(
  path: string,
  { takesIfMatch = false, query = {} }: Route['operation'],
): OpenApiOperation['parameters'] {
  const ofPath = [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) => {
    const schema = PARAMETERS[name]
    return schema === undefined ? [] : [{ ...parameter(name, schema), in: 'path', required: true }]
  })
  const ofQuery = Object.entries(query).map(([name, schema]) => {
    return { ...parameter(name, schema), in: 'query', required: false }
  })
  const tenant = {
    name: 'X-Tenant',
    in: 'header',
    required: false,
    description: 'The tenant, if the policy has tenants. Only trusted callers may send it.',
    schema: { type: 'string' },
  }
  const ifMatch = {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The `ETag` of an answer, with its quotes. The call then applies to that lease only.',
    schema: { type: 'string' },
  }
  return [
    ...ofPath,
    ...ofQuery,
    ...(isOfOneTenant({ path }) ? [tenant] : []),
    ...(takesIfMatch ? [ifMatch] : []),
  ]
}

function parameter(name: string, ofName: GenericSchema) {
  const { description, ...schema } = jsonSchemaOf(ofName)
  return { name, description: String(description), schema }
}

function responses(route: Route): OpenApiOperation['responses'] {
  const { path, operation: told } = route
  const takesIds = /\{(?:userId|streamId|name)\}/.test(path)
  const common: Record<number, AnswerDescription> = {
    ...(takesIds && { 400: { description: 'The request has faults.', problems: ['invalid-request'] } }),
    ...(told.body && {
      415: { description: 'The body has another media type.', problems: ['unsupported-media-type'] },
    }),
    ...(route.audience !== 'public' && {
      401: {
        description: 'Only if callers are checked: the call has no valid token or key.',
        headers: ['WWW-Authenticate'],
        problems: ['unauthorized'],
      },
      403: {
        description: 'Only if callers are checked: the token or key does not allow the call.',
        headers: ['WWW-Authenticate'],
        problems: ['forbidden'],
      },
    }),
    413: { description: 'The body is too large.', problems: ['body-too-large'] },
    429: { description: 'Too many requests.', headers: ['Retry-After'], problems: ['too-many-requests'] },
    500: { description: 'The service failed.', problems: ['internal-error'] },
    ...(route.audience !== 'public' && {
      503: {
        description: 'The lease store, or the issuer of the token, did not answer, so nothing was decided.',
        headers: ['Retry-After'],
        problems: [...(takesIds ? (['store-unavailable'] as const) : []), 'keys-unavailable'],
      },
    }),
  }
  const all = Object.entries({ ...common, ...told.answers })
  return Object.fromEntries(all.map(([status, answer]) => [status, response(answer)]))
}

function response(answer: AnswerDescription): OpenApiOperation['responses'][string] {
  const { description, headers = [], problems = [] } = answer
  const explained = problems.map((name) => `\`${name}\`: ${PROBLEMS[name].title}.`)
  const content = contentOf(answer)
  return {
    description: [description, ...explained].join(' '),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers.map((name) => [name, HEADERS[name]])) }),
    ...(content && { content }),
  }
}

function contentOf({ schema, contentType, problems = [] }: AnswerDescription): OpenApiContent | undefined {
  if (problems.length > 0) {
    return { 'application/problem+json': { schema: jsonSchemaOf(schema ?? problemSchema(problems)) } }
  }
  if (schema !== undefined) return { [contentType ?? 'application/json']: { schema: jsonSchemaOf(schema) } }
  return contentType === undefined ? undefined : { [contentType]: { schema: { type: 'string' } } }
}

function problemSchema(problems: readonly ProblemName[]): GenericSchema {
  return problems.includes('invalid-request') ? InvalidRequestSchema : ProblemSchema
}
