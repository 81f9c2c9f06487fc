/**
 * A part of a history as text.
 */
import {
  leaseIdOf,
  type Answer,
  type Call,
  type History,
  type Question,
  type ShownStream,
} from './history.ts'
import { minimised } from './minimise.ts'
import type { Span } from './model/state.ts'
import { findOrder, type DeadEnd } from './search.ts'

/**
 * Prints the smallest part of a history without an order: its calls as sent, and where every order
 * ends.
 */
export function excerptOf(whole: History): string {
  const { history, original, leftOut } = minimised(whole)
  const sinceMs = original.calls[0]?.calledMs ?? 0
  const numberOf = (calledAt: number | undefined) =>
    original.calls.findIndex((call) => call.calledAt === calledAt)
  const lines = history.calls.map(({ calledAt, end }) => {
    const index = numberOf(calledAt)
    const call = original.calls[index]
    return call === undefined ? '' : `${end === undefined ? ' ' : '*'} ${callLine(call, index, sinceMs)}`
  })
  const verdict = findOrder(history)
  const nameOf = (index: number) => `#${numberOf(history.calls[index]?.calledAt)}`
  return [
    `User ${history.user}: no order of these calls makes every starred answer true.`,
    `A call without a star may have taken effect or not: no order exists either way. The same holds for ${leftOut} more calls.`,
    `Leases last ${history.leaseMs} ms${history.skewMs > 0 ? `, and count ${history.skewMs} ms longer` : ''}.`,
    'Times are in ms since the first call. In brackets: the places of sending and return among all events.',
    '',
    ...lines,
    '',
    ...(verdict.kind === 'unordered'
      ? deadEndLines(verdict.deadEnd, nameOf, sinceMs)
      : [`Now ${verdict.kind}.`]),
    '',
  ].join('\n')
}

function deadEndLines(deadEnd: DeadEnd, nameOf: (index: number) => string, sinceMs: number): string[] {
  const { order, state, refusals } = deadEnd
  const held = state.leases.map(
    ({ id, takenBy, expires }) => `${id} (${nameOf(takenBy)}, until ${spanText(expires, sinceMs)})`,
  )
  const ended = state.notes.map(({ id, cause, by }) => `${id} (${cause} by ${nameOf(by)})`)
  return [
    `One of the longest orders: ${order.map(nameOf).join(' ') || 'none'}`,
    `Then held: ${held.join(', ') || 'nothing'}`,
    `Ended, with a note: ${ended.join(', ') || 'nothing'}`,
    'None of these can come next:',
    ...refusals.map(({ index, why }) => `  ${nameOf(index)}: ${why}`),
  ]
}

/** One call and its answer. */
export function callLine(call: Call, index: number, sinceMs: number): string {
  const { client, question, calledAt, calledMs, end } = call
  const returned = end === undefined ? '…' : `${end.returnedMs - sinceMs}`
  const when = `${calledMs - sinceMs}–${returned} [${calledAt}–${end?.returnedAt ?? '…'}]`
  const answer = end === undefined ? `unknown (${call.lostBy ?? 'lost'})` : answerText(end.answer, sinceMs)
  return `#${String(index).padEnd(3)} client ${client}  ${when.padEnd(24)} ${questionText(question).padEnd(48)} → ${answer}`
}

function questionText(question: Question): string {
  switch (question.kind) {
    case 'start': {
      const { plan, replaces } = question
      return `start ${leaseIdOf(question)}${said('plan', plan)}${said('replaces', replaces)}`
    }
    case 'heartbeat':
      return `heartbeat ${question.id}${said('plan', question.plan)}${said('If-Match', question.ifMatch)}`
    case 'stop':
      return `stop ${question.id}${said('If-Match', question.ifMatch)}${said('by operator:', question.reason)}`
    case 'list':
    case 'erase':
      return question.kind
  }
}

function answerText(answer: Answer, sinceMs: number): string {
  const { status, problem, etag, limit, active, streams, ended, by, atMs, reason, startedAtMs, expiresAtMs } =
    answer
  const facts = [
    etag && `ETag ${etag}`,
    startedAtMs && `from ${startedAtMs - sinceMs}`,
    expiresAtMs && `until ${expiresAtMs - sinceMs}`,
    limit && `${active} of ${limit}`,
    streams && `[${streams.map((stream) => streamText(stream, sinceMs)).join(', ')}]`,
    ended && `ended [${ended.join(', ')}]`,
    by && `by ${by.id} at ${(atMs ?? 0) - sinceMs}`,
    reason && `reason ${reason}`,
  ]
  return [`${status}${said('', problem)}`, ...facts.filter(Boolean)].join(', ')
}

function streamText({ id, startedAtMs, expiresAtMs }: ShownStream, sinceMs: number): string {
  const hasTimes = startedAtMs !== undefined && expiresAtMs !== undefined
  return hasTimes ? `${id} ${startedAtMs - sinceMs}–${expiresAtMs - sinceMs}` : id
}

function spanText({ from, to }: Span, sinceMs: number): string {
  return from === to ? `${from - sinceMs}` : `${from - sinceMs} to ${to - sinceMs}`
}

function said(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name && ` ${name}`} ${value}`
}
