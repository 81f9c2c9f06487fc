/** Control characters, and characters that change the reading direction or break a line. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/**
 * A text that is safe to show on a terminal: everything that could colour, move or break a line is
 * percent-encoded.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => encodeURIComponent(character.toWellFormed()))
}
