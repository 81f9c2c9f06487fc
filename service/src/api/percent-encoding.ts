/** Percent-encoded parts of a path and a query, which must be UTF-8. */

/** The values of a parameter, still encoded. `URLSearchParams` would replace what is not UTF-8. */
export function valuesIn(query: string, name: string): readonly string[] {
  if (query === '') return []
  const pairs = query.split('&').map((pair) => /^([^=]*)=?(.*)$/s.exec(pair.replaceAll('+', ' ')))
  return pairs.flatMap((pair) => (decoded(pair?.[1] ?? '') === name ? [pair?.[2] ?? ''] : []))
}

/** The text, if it is percent-encoded UTF-8. Bytes that came without encoding are not. */
export function decoded(text: string): string | undefined {
  if (/[^ -~]/.test(text)) return undefined
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
