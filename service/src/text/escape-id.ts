/**
 * Ids as they may appear in a line of the log.
 *
 * An escaped id is printable ASCII without `%`, and everything else is percent-encoded. So no id
 * can break a line, colour a terminal, change the reading direction, or look like another id.
 */
const PLAIN = /^[\w.~@:+=-]*$/
const ESCAPED = /[^\u0021-\u0024\u0026-\u007e]/gu

/** Whether the id is the same when it is escaped, and in JSON. */
export function isPlainId(id: string): boolean {
  return PLAIN.test(id)
}

/** The id, escaped. */
export function escapeId(id: string): string {
  return isPlainId(id) ? id : id.replace(ESCAPED, (character) => encodeURIComponent(character.toWellFormed()))
}

/** The id that was given to `escapeId`. */
export function unescapeId(escaped: string): string {
  return escaped.includes('%') ? decodeURIComponent(escaped) : escaped
}
