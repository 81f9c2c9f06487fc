/**
 * The sessions and the refusals of one user, made from its decisions in the order of time.
 */
import { EVENT, type LogEvent } from './event-columns.ts'
import type { Span } from './collector.ts'

/** How a session ended. `running`: it had not, when the log ended. */
export type SessionEnd =
  | 'stopped'
  | 'lapsed'
  | 'dismissed'
  | 'killed'
  | 'superseded'
  | 'gone'
  | 'removed'
  | 'running'

/** A stream from its admission to its end. Members are as in `LogEvent`. */
export type Session = {
  /** In the span, as are all times. */
  readonly startMs: number
  /** The last that was heard of its player. */
  endMs: number
  /** Until when it took a slot. A player that vanished keeps it until its lease expires. */
  heldUntilMs: number
  end: SessionEnd
  readonly lease: number
  readonly device: number
  readonly network: number
  readonly deviceType: number
  readonly plan: number
  /** Whether it was started in the span, and not before. */
  readonly isStarted: boolean
  readonly log: number
  readonly line: number
}

/** What happened to one user. */
export type History = {
  readonly user: number
  readonly sessions: readonly Session[]
  /** Starts that were refused, in the order of time. */
  readonly refusals: readonly LogEvent[]
}

type Open = { session: Session; readonly leaseMs: number; heardMs: number }

/** A line tells whole milliseconds, and its clock may not be that of the lease. */
const CLOCKS_MS = 2000

/** Which end an event stands for. */
const END_OF = {
  [EVENT.killed]: 'killed',
  [EVENT.dismissed]: 'dismissed',
  [EVENT.superseded]: 'superseded',
  [EVENT.stopped]: 'stopped',
  [EVENT.gone]: 'gone',
} as const

/** How a log tells of renewals, and the end of what it knows. */
export type LogFacts = { readonly span: Span; readonly areRenewalsLogged: boolean; readonly lastMs: number }

/** The history that these events tell. They are of one user. */
export function historyOf(user: number, events: readonly LogEvent[], facts: LogFacts): History {
  const maker = new HistoryMaker(facts)
  for (const event of events) maker.take(event)
  return { user, ...maker.end() }
}

class HistoryMaker {
  readonly #facts: LogFacts
  readonly #sessions: Session[] = []
  readonly #refusals: LogEvent[] = []
  readonly #open = new Map<number, Open>()

  constructor(facts: LogFacts) {
    this.#facts = facts
  }

  take(event: LogEvent): void {
    const { kind, lease, atMs } = event
    const open = this.#open.get(lease)
    switch (kind) {
      case EVENT.admitted:
        if (open !== undefined) this.#close(open, 'lapsed', this.#lastHeard(open, atMs))
        this.#begin(event)
        break
      case EVENT.renewed:
        if (open === undefined) this.#begin(event)
        else open.heardMs = atMs
        break
      case EVENT.refused:
        if (atMs >= this.#facts.span.fromMs) this.#refusals.push(event)
        break
      case EVENT.lapsed:
        this.#lapse(event, open)
        break
      case EVENT.removed:
        for (const each of this.#open.values()) {
          if (event.device === 0 || each.session.device === event.device) this.#close(each, 'removed', atMs)
        }
        break
      case EVENT.killed:
      case EVENT.dismissed:
      case EVENT.superseded:
      case EVENT.stopped:
      case EVENT.gone:
        if (open !== undefined) this.#close(open, END_OF[kind], atMs)
    }
  }

  end(): Pick<History, 'sessions' | 'refusals'> {
    const { areRenewalsLogged, lastMs } = this.#facts
    for (const open of this.#open.values()) {
      const isSilent = areRenewalsLogged && open.leaseMs > 0 && open.heardMs + open.leaseMs < lastMs
      this.#close(open, isSilent ? 'lapsed' : 'running', isSilent ? open.heardMs : lastMs)
    }
    return { sessions: this.#sessions, refusals: this.#refusals }
  }

  /** The line may be about an earlier stream of the same id. */
  #lapse({ atMs, extra: silentMs }: LogEvent, open: Open | undefined): void {
    if (open === undefined || atMs - silentMs < open.session.startMs - CLOCKS_MS) return
    this.#close(open, 'lapsed', Math.round(atMs - silentMs))
  }

  /** Before a lease was admitted again at this instant. Its player had been silent for a lease. */
  #lastHeard({ heardMs, leaseMs }: Open, atMs: number): number {
    return this.#facts.areRenewalsLogged ? heardMs : Math.max(heardMs, atMs - leaseMs)
  }

  #begin(event: LogEvent): void {
    const { kind, atMs, lease, device, network, deviceType, plan, extra, log, line } = event
    const { fromMs } = this.#facts.span
    const isStarted = kind === EVENT.admitted && atMs >= fromMs
    const startMs = Math.max(atMs, fromMs)
    const told = { lease, device, network, deviceType, plan, log, line }
    const session: Session = {
      ...told,
      startMs,
      endMs: atMs,
      heldUntilMs: atMs,
      end: 'running',
      isStarted,
    }
    this.#open.set(lease, { session, leaseMs: kind === EVENT.admitted ? extra : 0, heardMs: atMs })
  }

  #close({ session, leaseMs }: Open, end: SessionEnd, atMs: number): void {
    this.#open.delete(session.lease)
    const { fromMs } = this.#facts.span
    session.end = end
    session.endMs = Math.max(atMs, session.startMs)
    session.heldUntilMs = end === 'lapsed' ? session.endMs + leaseMs : session.endMs
    if (atMs >= fromMs) this.#sessions.push(session)
  }
}
