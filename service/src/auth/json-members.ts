/**
 * Reads small JSON files of keys. It loads no library, because the help and each command read the
 * settings. No fault shows a value: a secret may stand where its digest belongs.
 */

/** The members of an object, as they came. */
export type Members = Readonly<Record<string, unknown>>

/** What is wrong with a text, each as a JSON pointer and a sentence. */
export class Faults {
  readonly #faults: string[] = []

  /** Adds a fault if the condition does not hold. Returns whether it does. */
  unless(isRight: boolean, pointer: string, fault: string): boolean {
    if (!isRight) this.#faults.push(`${pointer} ${fault}`)
    return isRight
  }

  /** @throws {Error} with the first faults, if there are any. */
  throwIfAny(): void {
    if (this.#faults.length > 0) throw new Error(this.#faults.slice(0, NAMED_MAX).join('. '))
  }
}

/** The most faults that one message names. */
const NAMED_MAX = 5

/**
 * The list of keys in `{"keys": […]}`.
 *
 * @throws {Error} with what is wrong.
 */
export function keysIn(text: string): readonly unknown[] {
  const keys = membersOf(parsed(text))?.['keys']
  if (!Array.isArray(keys)) throw new Error('/keys must be a list')
  if (keys.length === 0) throw new Error('/keys must have at least one key')
  return keys
}

/** The members of a value that is an object. */
export function membersOf(value: unknown): Members | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Members) : undefined
}

/** The message of the engine's parser would quote the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
}
