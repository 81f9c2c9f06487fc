/**
 * The OpenAPI 3.1 document, made from the route table and the schemas that validate.
 */
import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import { LeaseIdSchema, StreamIdSchema, UserIdSchema, type SchemaFacts } from './id-schemas.ts'
import { PROBLEMS, type ProblemName } from './problem.ts'
import type {
  AnswerDescription,
  Audience,
  HeaderName,
  OpenApiContent,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiTag,
  Route,
} from './route.ts'
import * as schemas from './schemas.ts'

type JsonSchema = Readonly<Record<string, unknown>>

const DESCRIPTION = `Concurrent-stream limits for video services: may this user start one more stream?

Players **start**, send **heartbeats** as often as the answer says, and **stop**. A player that vanishes frees its place when its lease lapses. Every error is \`application/problem+json\` (RFC 9457).`

const TAGS: Readonly<Record<Audience, OpenApiTag>> = {
  viewer: { name: 'viewers', description: 'What players call while somebody watches.' },
  operator: { name: 'operators', description: 'What the people and systems that run the service call.' },
  public: { name: 'public', description: 'Probes and documentation. They never need a token.' },
}

/** Schemas that the document names, by that name. */
const COMPONENTS: Readonly<Record<string, GenericSchema>> = {
  Start: schemas.StartSchema,
  Heartbeat: schemas.HeartbeatSchema,
  Stream: schemas.StreamSchema,
  Listing: schemas.ListingSchema,
  Problem: schemas.ProblemSchema,
  InvalidRequest: schemas.InvalidRequestSchema,
  StreamLimitReached: schemas.StreamLimitReachedSchema,
  StreamGone: schemas.StreamGoneSchema,
  Status: schemas.StatusSchema,
  Version: schemas.VersionSchema,
  ProblemType: schemas.ProblemTypeSchema,
  ProblemTypes: schemas.ProblemTypesSchema,
}

const PARAMETERS: Readonly<Record<string, GenericSchema>> = {
  userId: UserIdSchema,
  streamId: StreamIdSchema,
  id: LeaseIdSchema,
  type: schemas.ProblemNameSchema,
}

const HEADERS: Readonly<Record<HeaderName, { description: string; schema: JsonSchema }>> = {
  ETag: { description: 'This taking of the lease; goes into `If-Match`.', schema: { type: 'string' } },
  Location: { description: 'The path of the stream.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds after which the call may succeed.', schema: { type: 'string' } },
  RateLimit: { description: '`r`: how many more streams may start.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: '`q`: the limit of the plan.', schema: { type: 'string' } },
  Allow: { description: 'The methods of this path.', schema: { type: 'string' } },
  Deprecation: {
    description: 'Since when the call is deprecated (RFC 9745).',
    schema: { type: 'string', examples: ['@1796083200'] },
  },
  Link: {
    description: 'The next page (`rel="next"`), or the call to use instead (`rel="successor-version"`).',
    schema: { type: 'string' },
  },
}

/** The document for these routes. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  }
  const components = Object.entries(COMPONENTS).map(([name, schema]) => [name, jsonSchemaOf(schema)] as const)
  return {
    openapi: '3.1.0',
    info: { title: 'Streamgate', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: Object.values(TAGS),
    paths,
    components: { schemas: Object.fromEntries(components) },
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
    parameters: parameters(path, told),
    ...(body && {
      requestBody: {
        required: body.isRequired,
        content: { [body.contentType ?? 'application/json']: { schema: reference(body.schema) } },
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
  const ifMatch = {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'An `ETag` that was answered, in its quotes: only that taking of the lease is meant.',
    schema: { type: 'string' },
  }
  return [...ofPath, ...ofQuery, ...(takesIfMatch ? [ifMatch] : [])]
}

function parameter(name: string, ofName: GenericSchema) {
  const { description, ...schema } = jsonSchemaOf(ofName)
  return { name, description: String(description), schema }
}

function responses(route: Route): OpenApiOperation['responses'] {
  const { path, operation: told } = route
  const takesIds = /\{(?:userId|streamId)\}/.test(path)
  const common: Record<number, AnswerDescription> = {
    ...(takesIds && { 400: { description: 'Faults in the request.', problems: ['invalid-request'] } }),
    ...(told.body && {
      415: { description: 'The body is of another kind.', problems: ['unsupported-media-type'] },
    }),
    ...(route.audience !== 'public' && {
      401: { description: 'Where tokens are checked: none came along.', problems: ['unauthorized'] },
      403: { description: 'Where tokens are checked: this one does not cover it.', problems: ['forbidden'] },
    }),
    413: { description: 'The body is too large.', problems: ['body-too-large'] },
    429: { description: 'Called too fast.', headers: ['Retry-After'], problems: ['too-many-requests'] },
    500: { description: 'A fault of ours.', problems: ['internal-error'] },
    ...(takesIds && {
      503: { description: 'No decision.', headers: ['Retry-After'], problems: ['store-unavailable'] },
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
    return { 'application/problem+json': { schema: reference(schema ?? problemSchema(problems)) } }
  }
  if (schema !== undefined) return { [contentType ?? 'application/json']: { schema: reference(schema) } }
  return contentType === undefined ? undefined : { [contentType]: { schema: { type: 'string' } } }
}

function problemSchema(problems: readonly ProblemName[]): GenericSchema {
  return problems.includes('invalid-request') ? schemas.InvalidRequestSchema : schemas.ProblemSchema
}

function reference(schema: GenericSchema): JsonSchema {
  const name = Object.keys(COMPONENTS).find((known) => COMPONENTS[known] === schema)
  return name === undefined ? jsonSchemaOf(schema) : { $ref: `#/components/schemas/${name}` }
}

/** The JSON Schema of one of ours; checks that are functions come in through the facts beside them. */
function jsonSchemaOf(schema: GenericSchema): JsonSchema {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    ignoreActions: ['check', 'raw_check'],
    overrideAction: ({ valibotAction, jsonSchema }) => {
      if (valibotAction.type !== 'metadata') return undefined
      const { metadata } = valibotAction as unknown as { metadata: SchemaFacts }
      return { ...jsonSchema, ...metadata.jsonSchema }
    },
  })
  return rest
}
