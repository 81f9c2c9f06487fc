/**
 * A CMCD version 2 event report (CTA-5004-B, `application/cmcd`) as what its players want of their
 * leases.
 *
 * A report is one line for each event, each line a structured dictionary (RFC 9651): `sid`, which
 * is the lease id, `e`, the kind of event, and mostly `sta`, the state of the player, `ts`, the
 * time of the event, and `cid`, what is played. Players of adverts report under the `sid` of the
 * film, with a `cid` of their own.
 */
import type { LeaseId, ReportFacts } from '@streamgate/core'
import * as v from 'valibot'
import { readCmcdLine } from './cmcd-line.ts'
import { LeaseIdSchema } from '../id-schemas.ts'
import type { InputFault } from '../fault.ts'

/** What becomes of one lease by a report. */
export type CmcdWish = {
  readonly lease: LeaseId
  readonly verb: 'heartbeat' | 'stop'
  readonly report: ReportFacts
  /** The first `cid` that goes on by the same request, if there is one. */
  readonly playingContentId?: string
}

/** What a report asks for, in the order of its events, and what is wrong with its bad lines. */
export type CmcdReport = {
  readonly wishes: readonly CmcdWish[]
  /** How many leases the wishes are about. */
  readonly leases: number
  /** How many lines there are, of which no more than `CMCD_LINES_MAX` are read. */
  readonly lines: number
  /** How many lines can be understood, those that ask for nothing among them. */
  readonly goodLines: number
  /** The first faults; one for each bad line. */
  readonly faults: readonly InputFault[]
}

/**
 * The most leases in one report: one player sends it, of one stream, or of two at a change of
 * streams.
 */
export const CMCD_LEASES_MAX = 16

/**
 * The most lines in one report: to parse one takes some 50 µs, in which nothing else is answered.
 */
export const CMCD_LINES_MAX = 1000

/**
 * The most ends that count for one lease in one report: its own, and those of adverts before it.
 */
const ENDS_MAX = 4

/** The most faults that are told: a body of 64 KiB may have thousands. */
const FAULTS_MAX = 20

/**
 * What the state of a player says of its lease. A film that has ended is over, and so is one that
 * the viewer quit. After an error that a player calls fatal it often recovers, and then only a
 * lease that still is held can be kept alive: it is neither renewed nor ended, and lapses unless
 * the player plays on.
 */
const VERB_OF_STATE: Readonly<Record<string, CmcdWish['verb'] | undefined>> = {
  e: 'stop',
  q: 'stop',
  f: undefined,
}

/** Longest content id that is compared, in UTF-16 units: CTA-5004 allows 128. */
const CONTENT_ID_LENGTH_MAX = 128

/** One event, as far as it matters here. */
type CmcdEvent = {
  readonly lease: LeaseId
  readonly verb: CmcdWish['verb'] | undefined
  readonly contentId: string | undefined
  /** As told, or as old as the event of the line before. */
  readonly atMs: number
  readonly isTimeTold: boolean
}

/**
 * Reads a report. The newest event of a content decides, by `ts`, and by the order of lines if that
 * is equal.
 */
export function parseCmcdReport(body: Uint8Array): CmcdReport {
  const faults: InputFault[] = []
  const leases = new Map<LeaseId, EventsOfLease>()
  let goodLines = 0
  let before: Time = { atMs: 0, isTimeTold: false }
  let index = 0
  for (const line of linesIn(body)) {
    if (index >= CMCD_LINES_MAX) break
    const event = eventIn(line, before)
    if (event !== undefined && 'fault' in event) {
      if (faults.length < FAULTS_MAX) faults.push({ pointer: `/lines/${index}`, detail: event.fault })
    } else if (event !== undefined) {
      goodLines += 1
      before = { atMs: event.atMs, isTimeTold: event.isTimeTold }
      const known = leases.get(event.lease) ?? new EventsOfLease()
      leases.set(event.lease, known)
      known.add(event)
    }
    index += 1
  }
  const asking = [...leases.values()].map((events) => events.wishes()).filter((wishes) => wishes.length > 0)
  return { wishes: asking.flat(), leases: asking.length, lines: lineCount(body), goodLines, faults }
}

/** The newest events of one lease, by content, and the first one that names what goes on. */
class EventsOfLease {
  readonly #newest = new Map<string | undefined, CmcdEvent>()
  #firstGoing: CmcdEvent | undefined

  add(event: CmcdEvent): void {
    const first = this.#firstGoing
    const isGoing = event.verb === 'heartbeat' && event.contentId !== undefined
    if (isGoing && (first === undefined || event.atMs < first.atMs)) this.#firstGoing = event
    const known = this.#newest.get(event.contentId)
    if (known !== undefined && known.atMs > event.atMs) return
    this.#newest.delete(event.contentId)
    this.#newest.set(event.contentId, event)
  }

  /** One heartbeat if any content goes on, and the ends of others, the oldest first. */
  wishes(): readonly CmcdWish[] {
    const inOrder = [...this.#newest.values()].toSorted((one, other) => one.atMs - other.atMs)
    const going = inOrder.findLast(({ verb }) => verb === 'heartbeat')
    const ends = inOrder.filter(({ verb }) => verb === 'stop').slice(-ENDS_MAX)
    const playing = this.#firstGoing?.contentId
    return inOrder
      .filter((event) => event === going || ends.includes(event))
      .map((event) => (event === going ? heartbeatOf(event, playing) : endOf(event, playing)))
  }
}

/** It names the first content that goes on: a lease that knows none takes that for its own. */
function heartbeatOf({ lease, contentId, ...time }: CmcdEvent, playing = contentId): CmcdWish {
  return { lease, verb: 'heartbeat', report: factsOf(playing, time) }
}

function endOf({ lease, contentId, ...time }: CmcdEvent, playing: string | undefined): CmcdWish {
  const report = factsOf(contentId, time)
  return { lease, verb: 'stop', report, ...(playing !== undefined && { playingContentId: playing }) }
}

function factsOf(contentId: string | undefined, { atMs, isTimeTold }: Time): ReportFacts {
  return {
    ...(contentId !== undefined && { reportedContentId: contentId }),
    ...(isTimeTold && { reportedAtMs: atMs }),
  }
}

const LINE_FEED = 0x0a

/** How many lines there are, whether or not the last one ends with a line feed. */
function lineCount(body: Uint8Array): number {
  let count = body.length === 0 || body.at(-1) === LINE_FEED ? 0 : 1
  for (const byte of body) if (byte === LINE_FEED) count += 1
  return count
}

function* linesIn(body: Uint8Array): Generator<Uint8Array> {
  let start = 0
  while (start <= body.length) {
    const end = body.indexOf(LINE_FEED, start)
    yield body.subarray(start, end === -1 ? body.length : end)
    if (end === -1) return
    start = end + 1
  }
}

type Time = Pick<CmcdEvent, 'atMs' | 'isTimeTold'>

/** The event of a line; nothing if the line is blank. */
function eventIn(line: Uint8Array, before: Time): CmcdEvent | { readonly fault: string } | undefined {
  const keys = readCmcdLine(line)
  if (keys === undefined) return undefined
  if (keys.fault !== undefined) return { fault: keys.fault }
  const { sid, e, sta, ts, cid } = keys
  if (typeof sid !== 'string') return { fault: 'must have a string "sid", the id of the lease' }
  const [issue] = v.safeParse(LeaseIdSchema, sid).issues ?? []
  if (issue !== undefined) return { fault: `"sid" ${issue.message}` }
  if (typeof e !== 'string') return { fault: 'must have a token "e", the kind of event' }
  const isState = typeof sta === 'string' && Object.hasOwn(VERB_OF_STATE, sta)
  const time = Number.isSafeInteger(ts) ? { atMs: ts as number, isTimeTold: true } : before
  return {
    lease: sid as LeaseId,
    verb: isState ? VERB_OF_STATE[sta] : 'heartbeat',
    contentId: typeof cid === 'string' ? cid.slice(0, CONTENT_ID_LENGTH_MAX).toWellFormed() : undefined,
    ...time,
  }
}
