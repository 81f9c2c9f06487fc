/**
 * How far a sweep has got, as a file or an event keeps it for the next one.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { refuse } from '../settings/parse.ts'
import type { SegmentLeft } from './sweep-job.ts'

/**
 * The most parts in which all users are walked. Beyond that a part of any table is a handful of
 * pages.
 */
export const SEGMENTS_MAX = 1000

/** What is left of a sweep in so many segments. */
export type SweepState = { readonly segments: number; readonly left: readonly SegmentLeft[] }

/** The state of a sweep of the store that it names. */
export type StoredSweepState = SweepState & { readonly store: string }

/**
 * Reads a state from outside. Every segment must exist, and be there once. This is written by hand,
 * because a schema for it would be larger in the Lambda's bundle than all of this.
 *
 * @throws {Error} with what is wrong.
 */
export function parseSweepState(value: unknown): SweepState {
  const { segments, left } = membersOf(value)
  if (!isWhole(segments, SEGMENTS_MAX)) {
    return refuse(`"segments" must be a whole number from 1 to ${SEGMENTS_MAX}`)
  }
  if (!Array.isArray(left) || left.length === 0) return refuse('"left" must be a list of segments')
  const parsed = left.map((one) => parseSegment(one, segments))
  if (new Set(parsed.map(({ index }) => index)).size < parsed.length) {
    return refuse('"left" must have no segment twice')
  }
  return { segments, left: parsed }
}

function parseSegment(value: unknown, segments: number): SegmentLeft {
  const { index, cursor } = membersOf(value)
  if (index !== 0 && !isWhole(index, segments - 1)) {
    return refuse(`"index" must be a whole number from 0 to ${segments - 1}`)
  }
  if (cursor === undefined) return { index }
  return typeof cursor === 'string' ? { index, cursor } : refuse('"cursor" must be a text')
}

/** The members of an object. None for anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Record<string, unknown>
}

/** Whether it is a whole number from 1 to `max`. */
export function isWhole(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max
}

/** The file that keeps how far a sweep has got. It exists only while something is left to do. */
export class SweepStateFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** @throws {Error} as "must name …" if the file exists and is not a state. */
  read(): StoredSweepState | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path, 'utf8'))
      const { store } = membersOf(value)
      if (typeof store !== 'string') return refuse('"store" must be a text')
      return { store, ...parseSweepState(value) }
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`must name the state of a sweep, or no file yet, got ${this.#path}: ${reason}`, {
        cause,
      })
    }
  }

  /**
   * Writes the state completely or not at all. It may hold a user's id, so only its owner may read
   * it.
   *
   * @throws {Error} that names the flag, if the file cannot be written.
   */
  write(state: StoredSweepState): void {
    const unfinished = `${this.#path}.new`
    try {
      writeFileSync(unfinished, `${JSON.stringify(state)}\n`, { mode: 0o600 })
      renameSync(unfinished, this.#path)
    } catch (cause) {
      throw new Error(`--state ${this.#path} cannot be written`, { cause })
    }
  }

  /** Forgets it, so that the next sweep begins from the start. */
  remove(): void {
    rmSync(this.#path, { force: true })
  }
}
