import { FAULTS_NAMED_MAX, shortPointer } from '@streamgate/core'
import { FileWatch } from './file-watch.ts'
import type { Logger } from '../telemetry/log.ts'
import { policyChanges } from './policy-changes.ts'
import { firstState, type PolicyState, type ReloadResult } from './policy-in-force.ts'
import { parsePolicyText, PolicyTextError, sha256Of, type PolicySource } from './policy-file.ts'
import { readPolicyText } from './policy-text.ts'
import { reasonOf } from '../text/reason.ts'

/** What a reloader cannot make itself. */
export type ReloaderParts = {
  readonly source: PolicySource
  readonly logger: Logger
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Why a file is read again. */
type Cause = 'SIGHUP' | 'file-changed'

/**
 * Reads the policy file again on SIGHUP, and when the file changes.
 *
 * A file that is not a policy is refused with an error in the log, and the old policy stays in
 * force. If the policy came from no file there is nothing to follow, and SIGHUP keeps its usual
 * meaning.
 */
export class PolicyReloader {
  readonly #parts: ReloaderParts
  readonly #watch: FileWatch | undefined
  #policy: PolicySource['policy']
  #state: PolicyState
  #publish: (state: PolicyState) => void = () => {}
  /** The file's content when it was last read, good or bad. The same content again is not news. */
  #lastRead: string | undefined
  #queue: Promise<void> = Promise.resolve()

  constructor(parts: ReloaderParts) {
    const { source, now } = parts
    this.#parts = parts
    this.#policy = source.policy
    this.#state = firstState(source, now())
    this.#lastRead = source.text
    const { file } = source
    this.#watch =
      file === undefined ? undefined : new FileWatch(file, () => this.#enqueue(file, 'file-changed'))
  }

  get state(): PolicyState {
    return this.#state
  }

  /** Follows the file until `stop()`. `publish` gets the state at once, and every new one. */
  start(publish: (state: PolicyState) => void): void {
    this.#publish = publish
    publish(this.#state)
    this.#watch?.start()
    const { file } = this.#parts.source
    if (file !== undefined) process.on('SIGHUP', () => this.#enqueue(file, 'SIGHUP'))
  }

  #enqueue(file: string, cause: Cause): void {
    this.#queue = this.#queue.then(() => this.#reload(file, cause))
  }

  async #reload(file: string, cause: Cause): Promise<void> {
    let text: string | undefined
    try {
      text = await readPolicyText(file)
      if (cause === 'file-changed' && text === this.#lastRead) return
      if (text === this.#state.text) this.#leave(file, cause)
      else this.#accept(text, { file, cause })
    } catch (error) {
      this.#refuse(error, { file, cause })
    }
    this.#lastRead = text
  }

  #accept(text: string, about: { readonly file: string; readonly cause: Cause }): void {
    const policy = parsePolicyText(text)
    const changes = policyChanges(this.#policy, policy)
    this.#policy = policy
    const { refusedAtMs: _over, ...state } = this.#state
    this.#tell({ ...state, text, loadedAtMs: this.#parts.now() }, 'accepted')
    this.#parts.logger.info({ ...about, sha256: sha256Of(text), ...changes }, 'policy reloaded')
  }

  /** The file holds the policy in force: as before, or again after it was refused. */
  #leave(file: string, cause: Cause): void {
    const { refusedAtMs: _over, ...state } = this.#state
    this.#tell(state, 'unchanged')
    this.#parts.logger.info({ file, cause }, 'policy unchanged')
  }

  #refuse(error: unknown, about: { readonly file: string; readonly cause: Cause }): void {
    const faults =
      error instanceof PolicyTextError ? faultsTold(error) : { faults: [{ detail: reasonOf(error) }] }
    const { text } = this.#state
    const inForce = { sha256: text === undefined ? undefined : sha256Of(text) }
    this.#tell({ ...this.#state, refusedAtMs: this.#parts.now() }, 'refused')
    this.#parts.logger.error(
      { ...about, ...faults, inForce },
      'policy refused, the one before stays in force',
    )
  }

  #tell(state: PolicyState, result: ReloadResult): void {
    const { reloads } = state
    this.#state = { ...state, reloads: { ...reloads, [result]: reloads[result] + 1 } }
    this.#publish(this.#state)
  }
}

/** The first faults for the log, and how many there are. */
function faultsTold({ faults }: PolicyTextError) {
  const told = faults.slice(0, FAULTS_NAMED_MAX).map((fault) => ({
    ...fault,
    pointer: fault.pointer === '' ? '' : shortPointer(fault.pointer),
  }))
  return { faults: told, faultCount: faults.length }
}
