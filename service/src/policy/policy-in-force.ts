/** Which policy a process uses, since when, and what happened to attempts to replace it. */
import type { Policy } from '@streamgate/core'
import { parsePolicyText, sha256Of, type PolicySource } from './policy-file.ts'

/** The possible results of reading a policy file again. */
export const RELOAD_RESULTS = ['accepted', 'unchanged', 'refused'] as const
export type ReloadResult = (typeof RELOAD_RESULTS)[number]

/** Everything that one process tells another about it. */
export type PolicyState = {
  readonly origin: 'built-in' | 'setting' | 'file'
  /** Its JSON. Absent if it is built in. */
  readonly text?: string
  readonly loadedAtMs: number
  /** When a newer file was refused, if the file now differs from the policy in force. */
  readonly refusedAtMs?: number
  readonly reloads: Readonly<Record<ReloadResult, number>>
}

/** A policy in force as `/version` shows it. */
export type PolicyView = {
  readonly origin: PolicyState['origin']
  readonly sha256?: string
  readonly loadedAt: string
  readonly refusedAt?: string
}

/** The state of a process that has just read its configuration. */
export function firstState({ text, file }: PolicySource, nowMs: number): PolicyState {
  const origin = file !== undefined ? 'file' : text !== undefined ? 'setting' : 'built-in'
  const reloads = { accepted: 0, unchanged: 0, refused: 0 }
  return { origin, ...(text !== undefined && { text }), loadedAtMs: nowMs, reloads }
}

/** Keeps a process's deciders at the newest state. */
export class PolicyInForce {
  readonly #usePolicy: (policy: Policy) => void
  #state: PolicyState
  #view: PolicyView

  /** @param usePolicy gets every policy but the first. */
  constructor(first: PolicyState, usePolicy: (policy: Policy) => void) {
    this.#usePolicy = usePolicy
    this.#state = first
    this.#view = viewOf(first)
  }

  get state(): PolicyState {
    return this.#state
  }

  get view(): PolicyView {
    return this.#view
  }

  /** Uses this state from now on. */
  use(state: PolicyState): void {
    const { text } = state
    if (text !== undefined && text !== this.#state.text) this.#usePolicy(parsePolicyText(text))
    this.#state = state
    this.#view = viewOf(state)
  }
}

function viewOf({ origin, text, loadedAtMs, refusedAtMs }: PolicyState): PolicyView {
  return {
    origin,
    ...(text !== undefined && { sha256: sha256Of(text) }),
    loadedAt: new Date(loadedAtMs).toISOString(),
    ...(refusedAtMs !== undefined && { refusedAt: new Date(refusedAtMs).toISOString() }),
  }
}
