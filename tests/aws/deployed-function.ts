/**
 * Runs the function that Terraform deployed. Its alias, version, settings, role and code are read
 * from the emulated account. Nothing of them is known before.
 */
import { createHash } from 'node:crypto'
import { REGION } from './aws-call.ts'
import type { Emulator } from './emulator.ts'
import { LambdaProcess, type Outcome } from './lambda-process.ts'
import { Role, type PolicyDocument } from './role.ts'

type Configuration = {
  readonly FunctionName: string
  readonly FunctionArn: string
  readonly Version: string
  readonly Handler: string
  readonly Runtime: string
  readonly MemorySize: number
  readonly Timeout: number
  readonly Role: string
  readonly CodeSha256: string
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> }
}

type Location = { readonly bucket: string; readonly key: string }

const ACCOUNT_ID = '123456789012'

/**
 * A function behind an alias. Refresh it after a deployment: Lambda sends events to the new
 * version.
 */
export class DeployedFunction {
  readonly #emulator: Emulator
  readonly #name: string
  readonly #alias: string
  #process: LambdaProcess | undefined
  #running = ''
  #role: Role | undefined

  constructor(emulator: Emulator, name: string, alias: string) {
    this.#emulator = emulator
    this.#name = name
    this.#alias = alias
  }

  /** What the role of the running function may do, and did. */
  get role(): Role {
    if (this.#role === undefined) throw new Error('The function does not run')
    return this.#role
  }

  get log(): string {
    return this.#process?.log.join('') ?? ''
  }

  async configuration(): Promise<Configuration> {
    const path = `/2015-03-31/functions/${this.#name}/configuration?Qualifier=${this.#alias}`
    return this.#emulator.get<Configuration>('lambda', path)
  }

  /**
   * Runs what the alias stands for now.
   *
   * @throws {Error} if the released zip is not the function's code.
   */
  async refresh(released: Location): Promise<void> {
    const configuration = await this.configuration()
    const state = JSON.stringify(configuration)
    if (state === this.#running) return
    await this.stop()
    const zip = await this.#emulator.object(released.bucket, released.key)
    const sha256 = createHash('sha256').update(zip).digest('base64')
    if (sha256 !== configuration.CodeSha256) {
      throw new Error(`${released.key} has SHA-256 ${sha256}, the function ${configuration.CodeSha256}`)
    }
    const { FunctionArn, Version, Handler, MemorySize, Timeout, Environment } = configuration
    this.#process = new LambdaProcess({
      name: this.#name,
      arn: FunctionArn,
      version: Version,
      handler: Handler,
      memoryMb: MemorySize,
      timeoutSeconds: Timeout,
      variables: Environment?.Variables ?? {},
      zip,
    })
    this.#role = await this.#roleOf(configuration.Role)
    await this.#process.start(this.#emulator.environmentOf(this.#role, `ASIA-${this.#name}`))
    this.#running = state
  }

  async invoke(event: unknown): Promise<Outcome> {
    if (this.#process === undefined) throw new Error('The function does not run')
    return this.#process.invoke(event)
  }

  /** Whether its policy lets this caller in. */
  async admits(sourceArn: string): Promise<boolean> {
    const path = `/2015-03-31/functions/${this.#name}/policy?Qualifier=${this.#alias}`
    const { Policy } = await this.#emulator.get<{ Policy: string }>('lambda', path)
    const { Statement } = JSON.parse(Policy) as {
      Statement: readonly {
        Principal: { Service: string }
        Condition?: { ArnLike?: Record<string, string> }
      }[]
    }
    return Statement.some(({ Principal, Condition }) => {
      const pattern = Object.values(Condition?.ArnLike ?? {})[0] ?? ''
      const parts = pattern.split('*').map((part) => part.replace(/[$.]/g, '\\$&'))
      return (
        Principal.Service === 'apigateway.amazonaws.com' &&
        new RegExp(`^${parts.join('.*')}$`).test(sourceArn)
      )
    })
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
    this.#process = undefined
    this.#running = ''
  }

  async #roleOf(arn: string): Promise<Role> {
    const RoleName = arn.split('/').at(-1) ?? ''
    const ask = (Action: string, more: Record<string, string> = {}): Promise<string> =>
      this.#emulator.query('iam', { Action, Version: '2010-05-08', RoleName, ...more })
    const attached = await ask('ListAttachedRolePolicies')
    if (attached.includes('<PolicyArn>')) throw new Error(`${RoleName} has policies that are not its own`)
    const names = [...(await ask('ListRolePolicies')).matchAll(/<member>([^<]+)<\/member>/g)]
    const documents = await Promise.all(
      names.map(async ([, PolicyName = '']) => {
        const answer = await ask('GetRolePolicy', { PolicyName })
        const encoded = /<PolicyDocument>([^<]*)<\/PolicyDocument>/.exec(answer)?.[1] ?? ''
        return JSON.parse(decodeURIComponent(encoded)) as PolicyDocument
      }),
    )
    return new Role(
      documents,
      (table) => `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${table}`,
      this.#role,
    )
  }
}
