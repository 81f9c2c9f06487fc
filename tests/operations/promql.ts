/**
 * Which metrics and labels an expression of PromQL names. It knows as much of the language as the
 * files in `ops` use. Prometheus itself judges their syntax in other tests.
 */

export type Named = {
  /** Each metric, with the labels in its braces. */
  readonly metrics: ReadonlyMap<string, ReadonlySet<string>>
  /** The labels in lists: `by (job, le)`, `on (instance)`, `group_left (version)`. */
  readonly lists: ReadonlySet<string>
}

/** Words before a list of labels. */
const BEFORE_LIST: ReadonlySet<string> = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
])
/** Words that are neither a function nor a metric. */
const WORDS: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'bool', 'offset'])

const TOKEN = /"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[A-Za-z_][\w:]*|\d[\w.]*|=~|!~|!=|[^\s]/g

/** Reads an expression. */
export function namedIn(expression: string): Named {
  const tokens = expression.match(TOKEN) ?? []
  const metrics = new Map<string, Set<string>>()
  const lists = new Set<string>()
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? ''
    if (!/^[A-Za-z_]/.test(token) || WORDS.has(token)) continue
    const next = tokens[at + 1]
    if (BEFORE_LIST.has(token)) {
      at = readList(tokens, at + 1, lists)
    } else if (next === '{') {
      const labels = metrics.get(token) ?? new Set<string>()
      metrics.set(token, labels)
      at = readBraces(tokens, at + 1, labels)
    } else if (next !== '(' && !isAggregation(next)) {
      metrics.set(token, metrics.get(token) ?? new Set())
    }
  }
  return { metrics, lists }
}

/** Whether the word before is an aggregation: `sum by (job) (…)`. */
function isAggregation(next: string | undefined): boolean {
  return next === 'by' || next === 'without'
}

/** Reads `(job, le)` from its first token. Returns the place of its last. */
function readList(tokens: readonly string[], from: number, into: Set<string>): number {
  if (tokens[from] !== '(') return from - 1
  const end = tokens.indexOf(')', from)
  for (const token of tokens.slice(from + 1, end)) if (token !== ',') into.add(token)
  return end
}

/** Reads `{a="b",c=~"d"}` from its first token. Returns the place of its last. */
function readBraces(tokens: readonly string[], from: number, into: Set<string>): number {
  const end = tokens.indexOf('}', from)
  for (const [place, token] of tokens.slice(from, end).entries()) {
    if (/^(?:=|!=|=~|!~)$/.test(token)) into.add(tokens[from + place - 1] ?? '')
  }
  return end
}
