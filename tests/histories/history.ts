/** What a service was asked for one user, and what it answered. The checker knows nothing else. */

/** A call as it was sent. */
export type Question =
  | StartQuestion
  | HeartbeatQuestion
  | StopQuestion
  | { readonly kind: 'list' }
  | { readonly kind: 'erase' }

export type StartQuestion = {
  readonly kind: 'start'
  readonly streamId: string
  readonly deviceId?: string
  readonly plan?: string
  readonly replaces?: string
  /** Names this call alone, so an answer that shows the stream also shows which call started it. */
  readonly label: string
}

export type HeartbeatQuestion = {
  readonly kind: 'heartbeat'
  readonly id: string
  readonly ifMatch?: string
  readonly plan?: string
  readonly label?: string
}

export type StopQuestion = {
  readonly kind: 'stop'
  readonly id: string
  readonly ifMatch?: string
  /** An operator stops the stream, for this reason. */
  readonly reason?: string
}

/** A stream as an answer shows it: only its id, or everything about it. */
export type ShownStream = {
  readonly id: string
  readonly label?: string
  readonly startedAtMs?: number
  readonly lastSeenAtMs?: number
  readonly expiresAtMs?: number
}

/** The parts of an answer that are about the user's streams. */
export type Answer = {
  readonly status: number
  /** The last part of a problem's type. */
  readonly problem?: string
  readonly id?: string
  readonly etag?: string
  readonly startedAtMs?: number
  readonly expiresAtMs?: number
  readonly limit?: number
  readonly active?: number
  readonly streams?: readonly ShownStream[]
  /** How many holders a refusal leaves out. */
  readonly more?: number
  readonly ended?: readonly string[]
  readonly retryAfterSeconds?: number
  readonly by?: { readonly id: string; readonly label?: string }
  readonly atMs?: number
  readonly reason?: string
}

/**
 * One call. `calledAt` and `returnedAt` are places in the recorder's order of all events, and tell
 * what came first. The instants are by the clock that recorder and service share, in milliseconds
 * since the epoch.
 */
export type Call = {
  readonly client: number
  readonly question: Question
  readonly calledAt: number
  readonly calledMs: number
  /**
   * Absent if the outcome is unknown. The call may take effect at any time after `calledMs`, or
   * never.
   */
  readonly end?: CallEnd
  /** Why the outcome is unknown. */
  readonly lostBy?: string
}

export type CallEnd = {
  readonly returnedAt: number
  readonly returnedMs: number
  readonly answer: Answer
}

/** All calls for one user, in the order in which they were sent. */
export type History = {
  readonly user: string
  /** The length of every lease. */
  readonly leaseMs: number
  /** How much longer than its length a lease counts: 0 if all processes share a clock. */
  readonly skewMs: number
  readonly calls: readonly Call[]
}

/** The id under which a stream is held. */
export function leaseIdOf({ streamId, deviceId }: { streamId: string; deviceId?: string }): string {
  return deviceId === undefined ? streamId : `${streamId}@${deviceId}`
}

/** The lease id that a call is about. Empty if it is about all of them. */
export function idIn(question: Question): string {
  if (question.kind === 'start') return leaseIdOf(question)
  return 'id' in question ? question.id : ''
}

/** Whether the call only asked what runs, or was refused. Then it cannot have changed anything. */
export function changesNothing({ question, end }: Call): boolean {
  return question.kind === 'list' || (end !== undefined && end.answer.status >= 400)
}

/** The device in a lease id. */
export function deviceOf(id: string): string | undefined {
  const at = id.indexOf('@')
  return at === -1 ? undefined : id.slice(at + 1)
}
