/** What an examination of a store tells an operator. */

/** One thing that was looked at. */
export type StoreFinding = {
  /** What was looked at, in a word or two. */
  readonly check: string
  /** A warning is about what may go wrong later. */
  readonly state: 'ok' | 'warning' | 'fault'
  /** What was found, in one line without secrets. */
  readonly found: string
  /** What to do about it. Absent if there is nothing to do. */
  readonly todo?: string
}

/** All that was looked at. */
export type Examination = {
  readonly findings: readonly StoreFinding[]
  /** Whether the store can be opened and leaves no trace of that. */
  readonly canBeOpened: boolean
}
