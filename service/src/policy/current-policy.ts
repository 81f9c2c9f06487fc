/**
 * The policy that a process decides by: when it was loaded, and how attempts to replace it ended.
 */
import { DEFAULT_POLICY, type Policy } from '@streamgate/core'
import { parsePolicyText, sha256Of, type PolicySource } from './policy-file.ts'

/** What can come of reloading a policy file. */
export type ReloadResult = 'accepted' | 'unchanged' | 'refused'

/** All that one process tells another about its policy. */
export type PolicyState = {
  readonly origin: 'built-in' | 'setting' | 'file'
  /** Its JSON. Absent if it is built in. */
  readonly text?: string
  readonly loadedAtMs: number
  /** When a newer file was refused. Present for as long as the file differs from the policy. */
  readonly refusedAtMs?: number
  readonly reloads: Readonly<Record<ReloadResult, number>>
}

/** The current policy as `/version` shows it. */
export type PolicyView = {
  readonly origin: PolicyState['origin']
  readonly sha256?: string
  readonly loadedAt: string
  readonly refusedAt?: string
}

/** Called with the policy, which may be the same one as before, and its new state. */
export type PolicyListener = (policy: Policy, state: PolicyState) => void

/** The state of a process that has just read its configuration. */
export function firstState({ text, file }: PolicySource, nowMs: number): PolicyState {
  const origin = file !== undefined ? 'file' : text !== undefined ? 'setting' : 'built-in'
  const reloads = { accepted: 0, unchanged: 0, refused: 0 }
  return { origin, ...(text !== undefined && { text }), loadedAtMs: nowMs, reloads }
}

/** A policy that can be replaced while the service runs. */
export class CurrentPolicy {
  #policy: Policy
  #state: PolicyState
  #view: PolicyView
  readonly #listeners: PolicyListener[] = []

  /** @param policy the policy of the first state, if it has been parsed already. */
  constructor(first: PolicyState, policy?: Policy) {
    this.#state = first
    this.#policy = policy ?? parsed(first)
    this.#view = viewOf(first)
  }

  get policy(): Policy {
    return this.#policy
  }

  get state(): PolicyState {
    return this.#state
  }

  get view(): PolicyView {
    return this.#view
  }

  /** Calls the listener for every later state. */
  subscribe(listener: PolicyListener): void {
    this.#listeners.push(listener)
  }

  /**
   * Replaces the policy, or says what became of an attempt to replace it.
   *
   * @throws {PolicyTextError} if the text of the state is not a policy. Then nothing has changed.
   */
  set(state: PolicyState): void {
    if (state.text !== this.#state.text) this.#policy = parsed(state)
    this.#state = state
    this.#view = viewOf(state)
    for (const listener of this.#listeners) listener(this.#policy, state)
  }
}

function parsed({ text }: PolicyState): Policy {
  return text === undefined ? DEFAULT_POLICY : parsePolicyText(text)
}

function viewOf({ origin, text, loadedAtMs, refusedAtMs }: PolicyState): PolicyView {
  return {
    origin,
    ...(text !== undefined && { sha256: sha256Of(text) }),
    loadedAt: new Date(loadedAtMs).toISOString(),
    ...(refusedAtMs !== undefined && { refusedAt: new Date(refusedAtMs).toISOString() }),
  }
}
