/**
 * A CMCD version 2 event report (CTA-5004-B, `application/cmcd`) as what its players want of their leases.
 *
 * A report is one line for each event, each line a structured dictionary (RFC 9651): `sid`, which is the lease
 * id, `e`, the kind of event, and mostly `sta`, the state of the player, and `ts`, the time of the event.
 */
import { decodeCmcd } from '@svta/cml-cmcd'
import type { LeaseId } from '@streamgate/core'
import * as v from 'valibot'
import { LeaseIdSchema } from './id-schemas.ts'
import type { Fault } from './problem.ts'

/** What becomes of one lease by a report. */
export type CmcdWish = { readonly lease: LeaseId; readonly verb: 'heartbeat' | 'stop' }

/** What a report asks for, one wish for each lease, and what is wrong with its bad lines. */
export type CmcdReport = {
  readonly wishes: readonly CmcdWish[]
  /** How many lines can be understood, those that ask for nothing among them. */
  readonly goodLines: number
  readonly faults: readonly Fault[]
}

/** The most leases in one report: one player sends it, of one stream, or of two at a change of streams. */
export const CMCD_LEASES_MAX = 16

/**
 * What the state of a player says of its lease. A film that has ended is over, and so is one that the viewer
 * quit. After an error that a player calls fatal it often recovers, and then only a lease that still is held
 * can be kept alive: it is neither renewed nor ended, and lapses unless the player plays on.
 */
const VERB_OF_STATE: Readonly<Record<string, CmcdWish['verb'] | undefined>> = {
  e: 'stop',
  q: 'stop',
  f: undefined,
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })
const LINE_FEED = 0x0a

/** An event, as far as it matters here. */
type CmcdEvent = { readonly lease: LeaseId; readonly state: string | undefined; readonly atMs: number }

/** Reads a report. The newest event of a lease decides, by `ts`, and by the order of lines where that is equal. */
export function parseCmcdReport(body: Uint8Array): CmcdReport {
  const faults: Fault[] = []
  const newest = new Map<LeaseId, CmcdEvent>()
  let goodLines = 0
  let atMs = 0
  for (const [index, line] of linesIn(body).entries()) {
    const event = parseLine(line, atMs)
    if (event === undefined) continue
    if ('fault' in event) {
      faults.push({ pointer: `/lines/${index}`, detail: event.fault })
      continue
    }
    goodLines += 1
    atMs = event.atMs
    const known = newest.get(event.lease)
    if (known === undefined || known.atMs <= event.atMs) newest.set(event.lease, event)
  }
  const wishes = [...newest.values()].flatMap(({ lease, state = 'p' }) => {
    const verb = Object.hasOwn(VERB_OF_STATE, state) ? VERB_OF_STATE[state] : 'heartbeat'
    return verb === undefined ? [] : [{ lease, verb }]
  })
  return { wishes, goodLines, faults }
}

function linesIn(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = 0
  while (start <= body.length) {
    const end = body.indexOf(LINE_FEED, start)
    lines.push(body.subarray(start, end === -1 ? body.length : end))
    if (end === -1) break
    start = end + 1
  }
  return lines
}

/** The event of a line; nothing where the line is blank. Where it has no `ts` it is as old as the one before it. */
function parseLine(line: Uint8Array, atMsBefore: number): CmcdEvent | { readonly fault: string } | undefined {
  const text = textOf(line)
  if (text === undefined) return { fault: 'must be UTF-8' }
  if (text === '') return undefined
  const keys = keysIn(text)
  if (keys === undefined) return { fault: 'must be a structured dictionary (RFC 9651)' }
  const { sid, e, sta, ts } = keys
  if (typeof sid !== 'string') return { fault: 'must have a string "sid", the id of the lease' }
  const [issue] = v.safeParse(LeaseIdSchema, sid).issues ?? []
  if (issue !== undefined) return { fault: `"sid" ${issue.message}` }
  if (typeof e !== 'string') return { fault: 'must have a token "e", the kind of event' }
  return {
    lease: sid as LeaseId,
    state: typeof sta === 'string' ? sta : undefined,
    atMs: typeof ts === 'number' ? ts : atMsBefore,
  }
}

function textOf(line: Uint8Array): string | undefined {
  try {
    return STRICT_UTF8.decode(line).trim()
  } catch {
    return undefined
  }
}

function keysIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeCmcd(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}
