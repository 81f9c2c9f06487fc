import type { Errand, Request } from '../history.ts'
import type { LimiterVerbs } from './ask-limiter.ts'

/** `plans` are the requests that a client will send next. */
export type Client = { isBusy: boolean; plans: readonly (Request | Errand)[] }

/** A limiter, how far its clock is ahead, and how many times its policy has changed. */
export type Deployed = { readonly verbs: LimiterVerbs; readonly aheadMs: number; changes: number }
