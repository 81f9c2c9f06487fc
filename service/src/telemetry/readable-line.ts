/**
 * Log lines for a person at a terminal: the same events as the JSON lines, in words.
 */
import { printable } from '../text/printable.ts'

/** Colours a text, or leaves it as it is. */
export type Paint = (style: 'dim' | 'green' | 'yellow' | 'red', text: string) => string

/** What a line says, as far as it is not shown as `name=value`. */
type Line = {
  readonly time: string
  readonly level: string
  readonly msg: string
  readonly pid?: number
  readonly err?: { readonly message?: string; readonly stack?: string }
} & Members
type Members = Readonly<Record<string, unknown>>

/** The members of a decision that are shown. */
type DecisionLine = {
  readonly verb: string
  readonly outcome: string
  readonly user?: string
  readonly lease?: string
  readonly stream?: string
  readonly active?: number
  readonly limit?: number
  readonly ends?: readonly string[]
  readonly shadow?: { readonly outcome: string }
}

/** Widths of the columns of a decision. A longer text pushes the rest of its line to the right. */
const WIDTHS = { verb: 10, user: 14, stream: 24, outcome: 9 } as const

const OUTCOME_STYLES: Readonly<Record<string, 'green' | 'yellow'>> = {
  admitted: 'green',
  renewed: 'green',
  denied: 'yellow',
  evicted: 'yellow',
}

/**
 * The line for a person. `undefined` if there is none.
 *
 * A fatal line has none, because the command prints the same reason on standard error when it ends.
 *
 * @param json a line of the log in JSON.
 */
export function readableLine(json: string, paint: Paint): string | undefined {
  const { time, level, msg, pid: _pid, err, ...facts } = JSON.parse(json) as Line
  if (level === 'fatal') return undefined
  const clock = paint('dim', clockOf(time))
  if (msg === 'decision') return `${clock}  ${decisionInWords(facts as DecisionLine, paint)}\n`
  const isError = level === 'error'
  const mark = level === 'info' ? '' : `${paint(isError ? 'red' : 'yellow', level)}  `
  const reason = err?.message === undefined ? '' : `: ${printable(err.message)}`
  const origin = isError ? stackOf(err?.stack ?? '') : ''
  return `${clock}  ${mark}${printable(msg)}${factsInWords(facts)}${reason}\n${origin}`
}

/** For example `start  user1  abc@tv  admitted  2 of 3`. The log has escaped all ids in it. */
function decisionInWords(decision: DecisionLine, paint: Paint): string {
  const { verb, outcome, user = '', lease, stream, active, limit, ends, shadow } = decision
  const style = OUTCOME_STYLES[outcome]
  const padded = outcome.padEnd(WIDTHS.outcome)
  const details = [
    active === undefined || limit === undefined ? '' : `${active} of ${limit}`,
    ends === undefined ? '' : `ends ${ends.join(', ')}`,
    shadow === undefined ? '' : `on trial: ${shadow.outcome}`,
  ].filter(Boolean)
  return [
    verb.padEnd(WIDTHS.verb),
    user.padEnd(WIDTHS.user),
    (lease ?? stream ?? '').padEnd(WIDTHS.stream),
    style === undefined ? padded : paint(style, padded),
    details.join(', '),
  ]
    .join(' ')
    .trimEnd()
}

function factsInWords(facts: Members): string {
  return Object.entries(facts)
    .map(([name, value]) => {
      const text = typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
      return ` ${name}=${printable(text)}`
    })
    .join('')
}

/** Where an error comes from, without its first line, which is the message. */
function stackOf(stack: string): string {
  const calls = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return calls.map((line) => `${printable(line)}\n`).join('')
}

/** The time of day, by the clock of this machine. */
function clockOf(time: string): string {
  return new Date(time).toTimeString().slice(0, 8)
}
