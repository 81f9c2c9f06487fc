/**
 * Keys that come as a text, from a file or a setting, and can be replaced while the service runs.
 */
import { FileWatch } from '../policy/file-watch.ts'
import { readPolicyText, readPolicyTextSync } from '../policy/policy-text.ts'
import type { Logger } from '../telemetry/log.ts'
import { reasonOf } from '../text/reason.ts'

/** Keys with the text that they came from, and its file if it came from one. */
export type KeySource<Keys> = { readonly keys: Keys; readonly text: string; readonly file?: string }

/** Reads keys from their text, and throws an error that says what is wrong. */
export type ParseKeys<Keys> = (text: string) => Keys

/**
 * The keys that a setting means. A text that begins with `{` is their JSON. Any other text is the
 * name of a file.
 *
 * @throws {Error} with what is wrong, as "must …".
 */
export function readKeys<Keys>(setting: string, parse: ParseKeys<Keys>): KeySource<Keys> {
  const isFile = !setting.trimStart().startsWith('{')
  const place = isFile ? JSON.stringify(setting) : 'the JSON'
  try {
    const text = isFile ? readPolicyTextSync(setting) : setting
    return { keys: parse(text), text, ...(isFile && { file: setting }) }
  } catch (error) {
    throw new Error(`must name a JSON file of keys or be its JSON: ${place}: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

/** The keys in force. */
export class CurrentKeys<Keys> {
  readonly #parse: ParseKeys<Keys>
  readonly #listeners: ((keys: Keys, text: string) => void)[] = []
  #keys: Keys
  #text: string

  constructor({ keys, text }: KeySource<Keys>, parse: ParseKeys<Keys>) {
    this.#keys = keys
    this.#text = text
    this.#parse = parse
  }

  get keys(): Keys {
    return this.#keys
  }

  get text(): string {
    return this.#text
  }

  /** Calls the listener for every later change. */
  subscribe(listener: (keys: Keys, text: string) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Replaces the keys. Returns whether they differ.
   *
   * @throws {Error} if the text holds no keys. Then nothing has changed.
   */
  set(text: string): boolean {
    if (text === this.#text) return false
    this.#keys = this.#parse(text)
    this.#text = text
    for (const listener of this.#listeners) listener(this.#keys, text)
    return true
  }

  /**
   * Reads the file again whenever it changes, for as long as the process lives. If it is faulty, an
   * error in the log says why, and the keys before stay in force.
   */
  follow(file: string, logger: Logger): void {
    const read = async () => {
      try {
        if (this.set(await readPolicyText(file))) logger.info({ file }, 'keys reloaded')
      } catch (error) {
        logger.error({ file, reason: reasonOf(error) }, 'keys refused, the ones before stay in force')
      }
    }
    new FileWatch(file, () => void read()).start()
  }
}
