/** Controls, and what turns the reading direction or breaks a line. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** A text as it may be shown on a terminal: what could colour, move or break a line is percent-encoded. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => encodeURIComponent(character.toWellFormed()))
}
