import { FAULTS_NAMED_MAX, shortPointer } from '@streamgate/core'
import type { Logger } from '../telemetry/log.ts'
import { reasonOf } from '../text/reason.ts'
import type { CurrentPolicy, PolicyState, ReloadResult } from './current-policy.ts'
import { FileWatch } from './file-watch.ts'
import { policyChanges } from './policy-changes.ts'
import { PolicyTextError, sha256Of } from './policy-file.ts'
import { readPolicyText } from './policy-text.ts'

/** What a reloader cannot make itself. */
export type ReloaderParts = {
  /** The file that the current policy came from. */
  readonly file: string
  readonly current: CurrentPolicy
  readonly logger: Logger
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Why a file is read again. */
type Cause = 'SIGHUP' | 'file-changed'

/**
 * Reloads the policy file on SIGHUP, and when the file changes.
 *
 * A file that is not a policy is refused. An error in the log says why, and the policy before stays
 * in force.
 */
export class PolicyReloader {
  readonly #parts: ReloaderParts
  /** What the file held when it was last read, good or bad. The same text again is no change. */
  #lastRead: string | undefined
  #queue: Promise<void> = Promise.resolve()

  constructor(parts: ReloaderParts) {
    this.#parts = parts
    this.#lastRead = parts.current.state.text
  }

  /** Follows the file for as long as the process lives. */
  start(): void {
    new FileWatch(this.#parts.file, () => this.#enqueue('file-changed')).start()
    process.on('SIGHUP', () => this.#enqueue('SIGHUP'))
  }

  #enqueue(cause: Cause): void {
    this.#queue = this.#queue.then(() => this.#reload(cause))
  }

  async #reload(cause: Cause): Promise<void> {
    const { file, current } = this.#parts
    let text: string | undefined
    try {
      text = await readPolicyText(file)
      if (cause === 'file-changed' && text === this.#lastRead) return
      if (text === current.state.text) this.#keep(cause)
      else this.#accept(text, cause)
    } catch (error) {
      this.#refuse(error, cause)
    }
    this.#lastRead = text
  }

  /** @throws {PolicyTextError} if the text is not a policy. */
  #accept(text: string, cause: Cause): void {
    const { file, current, logger, now } = this.#parts
    const before = current.policy
    const { refusedAtMs: _over, ...state } = current.state
    this.#set({ ...state, text, loadedAtMs: now() }, 'accepted')
    const changes = policyChanges(before, current.policy)
    logger.info({ file, cause, sha256: sha256Of(text), ...changes }, 'policy reloaded')
  }

  /** The file holds the policy in force, maybe again after another one was refused. */
  #keep(cause: Cause): void {
    const { file, current, logger } = this.#parts
    const { refusedAtMs: _over, ...state } = current.state
    this.#set(state, 'unchanged')
    logger.info({ file, cause }, 'policy unchanged')
  }

  #refuse(error: unknown, cause: Cause): void {
    const { file, current, logger, now } = this.#parts
    const faults =
      error instanceof PolicyTextError ? faultsTold(error) : { faults: [{ detail: reasonOf(error) }] }
    const { text } = current.state
    const inForce = { sha256: text === undefined ? undefined : sha256Of(text) }
    this.#set({ ...current.state, refusedAtMs: now() }, 'refused')
    logger.error({ file, cause, ...faults, inForce }, 'policy refused, the one before stays in force')
  }

  #set(state: PolicyState, result: ReloadResult): void {
    const { reloads } = state
    this.#parts.current.set({ ...state, reloads: { ...reloads, [result]: reloads[result] + 1 } })
  }
}

/** The first faults, as the log shows them, and how many there are. */
function faultsTold({ faults }: PolicyTextError) {
  const told = faults.slice(0, FAULTS_NAMED_MAX).map((fault) => ({
    ...fault,
    pointer: fault.pointer === '' ? '' : shortPointer(fault.pointer),
  }))
  return { faults: told, faultCount: faults.length }
}
