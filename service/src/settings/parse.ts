/**
 * Parsers of settings. Each throws an error that says what is wrong, as "must be …".
 */

/** A whole number within these bounds, without a leading zero: some would read 010 as 8. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max
      ? value
      : refuse(`must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`)
  }
}

/** `on` or `off`. */
export function parseSwitch(text: string): boolean {
  return text === 'on' || (text !== 'off' && refuse(`must be on or off, got ${JSON.stringify(text)}`))
}

/** One of these words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) =>
    words.find((word) => word === text) ??
    refuse(`must be one of ${words.join(', ')}, got ${JSON.stringify(text)}`)
}

/** The shortest key: 128 bits in hexadecimal or more. */
export const KEY_LENGTH_MIN = 32

/** A secret, or none. A fault does not show it. */
export function parseKey(text: string): string | undefined {
  if (text === '') return undefined
  if (text.length >= KEY_LENGTH_MIN) return text
  return refuse(`must have at least ${KEY_LENGTH_MIN} characters, got ${text.length}`)
}

/** @throws {Error} always, with what is wrong. */
export function refuse(message: string): never {
  throw new Error(message)
}
