/**
 * A role as it was deployed. It judges each call that is made with it, because moto only stores
 * policies.
 */
import type { Call, Instead } from './aws-call.ts'

/**
 * A statement of a policy, as far as it is judged here. A statement with other members is refused.
 */
export type Statement = {
  readonly Sid?: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

export type PolicyDocument = { readonly Statement: Statement | readonly Statement[] }

type Permission = { readonly action: string; readonly resource: string }

/** Everything a policy may say here: a condition or a NotAction would be judged wrongly. */
const KNOWN_MEMBERS = new Set(['Sid', 'Effect', 'Action', 'Resource'])

/** How DynamoDB names an error. */
const ERROR_TYPE = '__type'
const ACCESS_DENIED = 'com.amazon.coral.service#AccessDeniedException'

/** What a role may do, and what was done with it. */
export class Role {
  readonly #permissions: readonly Permission[]
  readonly #arnOf: (table: string) => string
  readonly #used: Set<string>
  readonly #refused: string[] = []

  /**
   * @param before the same role before a deployment: what it did counts.
   * @throws {Error} for a policy that says more than is understood here.
   */
  constructor(documents: readonly PolicyDocument[], arnOf: (table: string) => string, before?: Role) {
    this.#used = before === undefined ? new Set() : before.#used
    this.#permissions = documents.flatMap(({ Statement }) => [Statement].flat().flatMap(permissionsOf))
    this.#arnOf = arnOf
  }

  /** DynamoDB's refusal. `undefined` if the role allows the call. */
  refusalOf({ service, operation, body }: Call): Instead | undefined {
    const { TableName = '' } = JSON.parse(body.toString('utf8') || '{}') as { TableName?: string }
    const action = `${service}:${operation}`
    const resource = this.#arnOf(TableName)
    const permission = this.#permissions.find(
      (one) => isCovered(one.action, action) && isCovered(one.resource, resource),
    )
    if (permission !== undefined) {
      this.#used.add(textOf(permission))
      return undefined
    }
    this.#refused.push(`${action} on ${resource}`)
    const Message = `User is not authorized to perform: ${action}`
    return { status: 400, body: JSON.stringify({ [ERROR_TYPE]: ACCESS_DENIED, Message }) }
  }

  /** Calls that were refused. */
  get refused(): readonly string[] {
    return this.#refused
  }

  /** What it may do and never did. */
  get unused(): readonly string[] {
    return this.#permissions.map(textOf).filter((text) => !this.#used.has(text))
  }

  /** Actions or resources that are more than one exact name. */
  get wide(): readonly string[] {
    return this.#permissions
      .filter(({ action, resource }) => action.includes('*') || resource.includes('*'))
      .map(textOf)
  }
}

function textOf({ action, resource }: Permission): string {
  return `${action} on ${resource}`
}

function permissionsOf(statement: Statement): Permission[] {
  const unknown = Object.keys(statement).filter((member) => !KNOWN_MEMBERS.has(member))
  if (unknown.length > 0 || statement.Effect !== 'Allow') {
    throw new Error(`A statement that is not understood: ${JSON.stringify(statement)}`)
  }
  return [statement.Action]
    .flat()
    .flatMap((action) => [statement.Resource].flat().map((resource) => ({ action, resource })))
}

/** Whether a name with stars matches another. It ignores case, as actions do, for resources too. */
function isCovered(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}
