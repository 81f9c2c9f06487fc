/**
 * The usage plans and API keys of one stage, as they were deployed. They say who may call, how
 * often a second, and how often a day, week or month.
 */
import type { Emulator } from './emulator.ts'
import { TokenBucket } from './token-bucket.ts'

type Plan = {
  readonly id: string
  readonly apiStages?: readonly { readonly apiId: string; readonly stage: string }[]
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number }
  readonly quota?: { readonly limit: number; readonly period: string }
}

/** What is kept of one key: what may still be sent now, and what was sent of the quota. */
type Account = { readonly bucket: TokenBucket | undefined; readonly quota: number | undefined; sent: number }

/** Who may pass. */
export class UsagePlans {
  readonly #accounts: ReadonlyMap<string, Account>

  private constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts
  }

  static async read(emulator: Emulator, place: { apiId: string; stage: string }): Promise<UsagePlans> {
    const { item: plans } = await emulator.get<{ item: Plan[] }>('apigateway', '/usageplans')
    const accounts = new Map<string, Account>()
    const here = plans.filter(({ apiStages = [] }) =>
      apiStages.some(({ apiId, stage }) => apiId === place.apiId && stage === place.stage),
    )
    for (const { id, throttle, quota } of here) {
      const path = `/usageplans/${id}/keys`
      const { item: keys } = await emulator.get<{ item: { id: string }[] }>('apigateway', path)
      for (const key of keys) {
        const { value } = await emulator.get<{ value: string }>(
          'apigateway',
          `/apikeys/${key.id}?includeValue=true`,
        )
        const bucket =
          throttle === undefined
            ? undefined
            : new TokenBucket(throttle.rateLimit, throttle.burstLimit, Date.now())
        accounts.set(value, { bucket, quota: quota?.limit, sent: 0 })
      }
    }
    return new UsagePlans(accounts)
  }

  /** Lets a request with this key pass, or says by the name of a gateway response why not. */
  admit(
    key: string | undefined,
    nowMs: number,
  ): 'admitted' | 'INVALID_API_KEY' | 'THROTTLED' | 'QUOTA_EXCEEDED' {
    const account = this.#accounts.get(key ?? '')
    if (account === undefined) return 'INVALID_API_KEY'
    if (account.bucket?.take(nowMs) === false) return 'THROTTLED'
    if (account.quota !== undefined && account.sent >= account.quota) return 'QUOTA_EXCEEDED'
    account.sent += 1
    return 'admitted'
  }
}
