/**
 * The header `Forwarded` (RFC 7239).
 *
 * A proxy may write what its own caller said, such as the host, into quotes in its element, and
 * adds that element to whatever the caller sent as a header. So quotes must be understood, and the
 * header is cut into its parts from the right, where the nearest proxy wrote: what stands further
 * left cannot change how the rest is read.
 */

/** The value of `for` in each element, the nearest proxy's last. Empty if an element has none. */
export function forwardedFor(header: string): string[] {
  if (header === '') return []
  return partsOf(header, ',').map((element) => {
    const pair = partsOf(element, ';').find((text) => /^\s*for\s*=/i.test(text))
    return pair === undefined ? '' : unquoted(pair.slice(pair.indexOf('=') + 1).trim())
  })
}

/** The parts of a text between separators that do not stand in quotes. */
function partsOf(text: string, separator: string): string[] {
  const parts: string[] = []
  let end = text.length
  let isQuoted = false
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === '"' && !isEscaped(text, at)) isQuoted = !isQuoted
    if (text[at] !== separator || isQuoted) continue
    parts.push(text.slice(at + 1, end))
    end = at
  }
  return [...parts, text.slice(0, end)].toReversed()
}

/** Whether an odd number of backslashes stands before this place. */
function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}

function unquoted(value: string): string {
  const inner = /^"(.*)"$/s.exec(value)?.[1]
  return inner === undefined ? value : inner.replaceAll(/\\(.)/gs, '$1')
}
