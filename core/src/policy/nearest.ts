/** A word is meant if at most this part of its letters was mistyped. */
const MISTYPED_MAX = 0.4

/** The known word that was probably meant, if one is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly edits: number } | undefined
  for (const word of known) {
    const edits = editsBetween(typed, word)
    if (edits <= word.length * MISTYPED_MAX && edits < (best?.edits ?? Infinity)) best = { word, edits }
  }
  return best?.word
}

/**
 * How many letters must be added, dropped, changed or swapped with the next one: the distance of
 * optimal string alignment.
 */
function editsBetween(one: string, other: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let index = 0; index < one.length; index += 1) {
    const row = [index + 1]
    for (let at = 0; at < other.length; at += 1) {
      const changed = (last[at] ?? 0) + (other[at] === one[index] ? 0 : 1)
      const isSwapped = one[index] === other[at - 1] && one[index - 1] === other[at]
      const swapped = isSwapped ? (beforeLast[at - 1] ?? 0) + 1 : Infinity
      row.push(Math.min(changed, swapped, (last[at + 1] ?? 0) + 1, (row[at] ?? 0) + 1))
    }
    beforeLast = last
    last = row
  }
  return last[other.length] ?? 0
}
