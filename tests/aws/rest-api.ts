/**
 * A REST API as it was deployed in the emulated account. By its resources, validators, plans and
 * keys it refuses requests, or turns them into events of format 1.0.
 */
import { Ajv, type ValidateFunction } from 'ajv'
import { randomUUID } from 'node:crypto'
import type { DeployedFunction } from './deployed-function.ts'
import { REGION } from './aws-call.ts'
import type { Emulator } from './emulator.ts'
import { answerOf, type GatewayAnswer, type GatewayApi, type GatewayRequest } from './gateway-server.ts'
import { matchRoute } from './route-tree.ts'
import { UsagePlans } from './usage-plans.ts'
import { TokenBucket } from './token-bucket.ts'

type Method = {
  readonly httpMethod: string
  readonly apiKeyRequired?: boolean
  readonly requestValidatorId?: string
  readonly requestModels?: Readonly<Record<string, string>>
  readonly methodIntegration?: { readonly type: string; readonly uri: string }
}
type Resource = { readonly path: string; readonly resourceMethods?: Readonly<Record<string, Method>> }
type GatewayResponse = {
  readonly statusCode?: string
  readonly responseParameters?: Readonly<Record<string, string>>
  readonly responseTemplates?: Readonly<Record<string, string>>
}
type Stage = {
  readonly deploymentId: string
  readonly methodSettings?: Readonly<
    Record<string, { readonly throttlingRateLimit?: number; readonly throttlingBurstLimit?: number }>
  >
}
/** AWS's own texts, unless a gateway response is set. */
const BY_DEFAULT: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  MISSING_AUTHENTICATION_TOKEN: { status: 403, message: 'Missing Authentication Token' },
  INVALID_API_KEY: { status: 403, message: 'Forbidden' },
  THROTTLED: { status: 429, message: 'Too Many Requests' },
  QUOTA_EXCEEDED: { status: 429, message: 'Limit Exceeded' },
  BAD_REQUEST_BODY: { status: 400, message: 'Invalid request body' },
  INTEGRATION_FAILURE: { status: 504, message: 'Internal server error' },
  INTEGRATION_TIMEOUT: { status: 504, message: 'Endpoint request timed out' },
  API_CONFIGURATION_ERROR: { status: 500, message: 'Internal server error' },
}

/** Where it is, and what it calls. */
export type RestApiPlace = {
  readonly emulator: Emulator
  readonly apiId: string
  readonly stage: string
  readonly function: DeployedFunction
}

/** The API at one stage. */
export class RestApi implements GatewayApi {
  readonly #place: RestApiPlace
  readonly #resources: readonly Resource[]
  readonly #validators: ReadonlyMap<string, ValidateFunction>
  readonly #bodyValidators: ReadonlySet<string>
  readonly #responses: Readonly<Record<string, GatewayResponse>>
  readonly #plans: UsagePlans
  readonly #throttle: TokenBucket | undefined
  readonly #binaryTypes: readonly string[]
  readonly #deploymentId: string

  private constructor(place: RestApiPlace, deployed: Deployed) {
    this.#place = place
    this.#resources = deployed.resources
    this.#responses = deployed.responses
    this.#plans = deployed.plans
    this.#binaryTypes = deployed.binaryTypes
    this.#bodyValidators = deployed.bodyValidators
    this.#deploymentId = deployed.stage.deploymentId
    const ajv = new Ajv({ strict: false })
    this.#validators = new Map(
      deployed.models.map(({ name, schema }) => {
        const { $schema: _draft4, ...rest } = JSON.parse(schema) as Record<string, unknown>
        return [name, ajv.compile(rest)]
      }),
    )
    const { throttlingRateLimit: rate = -1, throttlingBurstLimit: burst = -1 } =
      deployed.stage.methodSettings?.['*/*'] ?? {}
    this.#throttle = rate < 0 || burst < 0 ? undefined : new TokenBucket(rate, burst, Date.now())
  }

  /** Reads what is deployed now. */
  static async read(place: RestApiPlace): Promise<RestApi> {
    return new RestApi(place, await readDeployed(place))
  }

  /** The snapshot that the stage shows. Callers see a change only in a new snapshot. */
  get deploymentId(): string {
    return this.#deploymentId
  }

  /** What a snapshot is made of, to be compared with the one before. */
  get snapshot(): string {
    return JSON.stringify([this.#resources, this.#responses])
  }

  async answer(request: GatewayRequest): Promise<GatewayAnswer> {
    const requestId = randomUUID()
    const refuse = (type: string): GatewayAnswer => this.#gatewayResponse(type, requestId)
    const { stage } = this.#place
    const prefix = `/${stage}`
    if (request.path !== prefix && !request.path.startsWith(`${prefix}/`))
      return refuse('MISSING_AUTHENTICATION_TOKEN')
    const path = request.path.slice(prefix.length) || '/'
    const match = matchRoute(this.#resources, path)
    const methods = match?.route.resourceMethods ?? {}
    const method = methods[request.method] ?? methods['ANY']
    if (match === undefined || method === undefined) return refuse('MISSING_AUTHENTICATION_TOKEN')
    const key = request.headers['x-api-key']
    const planned = method.apiKeyRequired === true ? this.#plans.admit(key, Date.now()) : 'admitted'
    if (planned !== 'admitted') return refuse(planned)
    if (this.#throttle?.take(Date.now()) === false) return refuse('THROTTLED')
    if (!this.#isValid(method, request)) return refuse('BAD_REQUEST_BODY')
    if (!(await this.#place.function.admits(this.#arnOf(request.method, path)))) {
      return refuse('API_CONFIGURATION_ERROR')
    }
    const event = this.#eventOf(request, {
      path,
      resource: match.route.path,
      parameters: match.parameters,
      requestId,
    })
    const outcome = await this.#place.function.invoke(event)
    if (outcome.kind === 'timed out') return refuse('INTEGRATION_TIMEOUT')
    const answer = outcome.kind === 'answered' ? answerOf(outcome.result) : undefined
    return (
      answer ?? {
        ...refuse('DEFAULT_5XX'),
        status: Number(this.#responses['DEFAULT_5XX']?.statusCode ?? 502),
      }
    )
  }

  #isValid(
    { requestValidatorId = '', requestModels = {} }: Method,
    { headers, body }: GatewayRequest,
  ): boolean {
    if (!this.#bodyValidators.has(requestValidatorId)) return true
    const type = (headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? ''
    const validate = this.#validators.get(requestModels[type] ?? '')
    if (validate === undefined) return true
    try {
      return validate(JSON.parse(body.toString('utf8')))
    } catch {
      return false
    }
  }

  #eventOf(request: GatewayRequest, matched: Matched): object {
    const { method: httpMethod, headers, query, body } = request
    const { path, resource, parameters, requestId } = matched
    const { apiId, stage } = this.#place
    const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
    const isBase64Encoded = body.length > 0 && this.#binaryTypes.includes(type)
    const names = Object.entries(headers).map(([name, value]) => [capitalised(name), value] as const)
    const search = new URLSearchParams(query)
    return {
      resource,
      path,
      httpMethod,
      headers: Object.fromEntries(names),
      multiValueHeaders: Object.fromEntries(names.map(([name, value]) => [name, [value]])),
      queryStringParameters: query === '' ? null : Object.fromEntries(search),
      multiValueQueryStringParameters:
        query === ''
          ? null
          : Object.fromEntries([...search.keys()].map((name) => [name, search.getAll(name)])),
      pathParameters: Object.keys(parameters).length === 0 ? null : parameters,
      stageVariables: null,
      requestContext: {
        accountId: '123456789012',
        apiId,
        domainName: `${apiId}.execute-api.${REGION}.amazonaws.com`,
        domainPrefix: apiId,
        httpMethod,
        identity: { sourceIp: '192.0.2.1', userAgent: headers['user-agent'] ?? null },
        path: request.path,
        protocol: 'HTTP/1.1',
        requestId,
        requestTimeEpoch: Date.now(),
        resourcePath: resource,
        stage,
      },
      body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
      isBase64Encoded,
    }
  }

  #gatewayResponse(type: string, requestId: string): GatewayAnswer {
    const { status, message } = BY_DEFAULT[type] ?? { status: 502, message: 'Internal server error' }
    const group = status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
    const {
      statusCode,
      responseParameters = {},
      responseTemplates = {},
    } = this.#responses[type] ?? this.#responses[group] ?? {}
    const headers = Object.entries(responseParameters).map(([name, value]) => [
      name.replace('gatewayresponse.header.', '').toLowerCase(),
      value === 'context.requestId' ? requestId : value.slice(1, -1),
    ])
    return {
      status: Number(statusCode ?? status),
      headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
      body: responseTemplates['application/json'] ?? JSON.stringify({ message }),
    }
  }

  #arnOf(method: string, path: string): string {
    const { apiId, stage } = this.#place
    return `arn:aws:execute-api:${REGION}:123456789012:${apiId}/${stage}/${method}${path}`
  }
}

type Matched = {
  readonly path: string
  readonly resource: string
  readonly parameters: Readonly<Record<string, string>>
  readonly requestId: string
}

type Deployed = Awaited<ReturnType<typeof readDeployed>>

async function readDeployed({ emulator, apiId, stage }: RestApiPlace) {
  const get = <Answer>(path: string): Promise<Answer> =>
    emulator.get<Answer>('apigateway', `/restapis/${apiId}${path}`)
  const [api, resources, models, validators, responses] = await Promise.all([
    get<{ binaryMediaTypes?: string[] }>(''),
    get<{ item: Resource[] }>('/resources?embed=methods'),
    get<{ item: { name: string; schema: string }[] }>('/models'),
    get<{ item: { id: string; validateRequestBody: boolean }[] }>('/requestvalidators'),
    get<{ item: (GatewayResponse & { responseType: string })[] }>('/gatewayresponses'),
  ])
  return {
    resources: resources.item,
    models: models.item,
    bodyValidators: new Set(validators.item.filter((one) => one.validateRequestBody).map(({ id }) => id)),
    responses: Object.fromEntries(responses.item.map((one) => [one.responseType, one])),
    binaryTypes: api.binaryMediaTypes ?? [],
    stage: await get<Stage>(`/stages/${stage}`),
    plans: await UsagePlans.read(emulator, { apiId, stage }),
  }
}

function capitalised(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
}
