/**
 * What a service must know about a kind of store before it opens one. An engine's module loads no
 * driver: only `open` does.
 */
import type { Store } from '@streamgate/core'
import type { StoreBackups } from './store-backups.ts'
import type { Examination } from './store-findings.ts'

export type * from './store-backups.ts'
export type * from './store-findings.ts'

/** A kind of store. */
export type StoreEngine = {
  /** What its addresses begin with, before the colon. */
  readonly scheme: string
  /** An address in the manner of a usage line, such as `lmdb:<folder>`. */
  readonly usage: string
  /** What an operator should know before choosing it; empty if there is nothing. */
  readonly remark: string
  /** Whether several processes can use one store at once. Such a store also outlives them. */
  readonly isShared: boolean
  /**
   * Whether the operator pays for each read, so that a sweep can be given a budget of read units.
   */
  readonly isBilledByReads: boolean
  /** Whether a call can take long, so that the service should limit its time and measure it. */
  readonly needsTimeLimit: boolean
  /** Whether a start can wait until replicas have it. Absent means no. */
  readonly hasReplicas?: boolean
  /**
   * What to do for a backup, if its addresses have no `backups` of their own. It ends a sentence.
   */
  readonly backupAdvice?: string
  /**
   * Reads the text after the colon.
   *
   * @throws {Error} that says what is wrong, as "must be …".
   */
  readonly parse: (text: string) => StoreAddress
}

/** Where one store is. */
export type StoreAddress = {
  readonly engine: StoreEngine
  /** The whole address, as on the command line. */
  readonly text: string
  /** The address that leads to the same store from every working directory. */
  readonly absoluteText: string
  /** How far the clocks of the processes on this store may differ, in milliseconds. */
  readonly clockSkewMs: number
  /** Whether the store is there already. `true` if only the engine's server could tell. */
  readonly isThere: () => boolean
  /**
   * Tells an embedded store from a later one at the same address: the text stays the same for as
   * long as all its files are the same ones. `undefined` if one of them is missing.
   */
  readonly identity: () => string | undefined
  /**
   * Loads the driver and opens the store.
   *
   * @throws {Error} if the store cannot be opened.
   */
  readonly open: (options?: OpenOptions) => Promise<Store>
  /** Backups of the store, if Streamgate makes them. */
  readonly backups?: StoreBackups
  /**
   * Looks at what only this engine knows of, and leaves no trace.
   *
   * @param nowMs reads the clock of this machine.
   */
  readonly examine?: (nowMs: () => number) => Promise<Examination>
}

/** What an engine may tell while it opens its store and later. */
export type OpenOptions = {
  /** Takes a line for the operator; by default a process warning. */
  readonly warn?: ((message: string) => void) | undefined
  /** Takes the identity of an embedded store, as it was opened. */
  readonly opened?: ((identity: string) => void) | undefined
  /** How many replicas must have a start before it is acknowledged; 0 by default. */
  readonly waitReplicas?: number | undefined
}

/** An address, or a part of one, without its user, its passwords, and what may be one of them. */
export function masked(text: string): string {
  return text.replace(/^([a-z+]+:)?(\/\/)?.*@/is, '$1$2***@').replace(/(password=)[^&]*/gi, '$1***')
}

/** The error of an address that `usage` does not describe. */
export function malformed({ scheme, usage }: Pick<StoreEngine, 'scheme' | 'usage'>, text: string): Error {
  return new Error(`must be ${usage}, got ${JSON.stringify(masked(`${scheme}:${text}`))}`)
}
