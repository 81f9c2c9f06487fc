import type { Errand, Request } from '../history.ts'
import type { LimiterVerbs } from './ask-limiter.ts'

/** `plans` is what a client means to ask next. */
export type Client = { isBusy: boolean; plans: readonly (Request | Errand)[] }

/** A limiter, how far its clock is ahead, and how many policies it has had. */
export type Deployed = { readonly verbs: LimiterVerbs; readonly aheadMs: number; changes: number }
