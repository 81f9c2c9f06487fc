const QUARTER_MS = 900_000

/** A day as YYYY-MM-DD, and an hour from 0 to 23. */
export type LocalHour = { readonly day: string; readonly hour: number }

/** Days and hours in a time zone. Zones differ from UTC by whole quarters of an hour. */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat
  readonly #known = new Map<number, LocalHour>()

  /**
   * @param timeZone a name of the IANA database.
   * @throws {RangeError} if there is none of this name.
   */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
  }

  /** The day and the hour of an instant. */
  of(atMs: number): LocalHour {
    const quarter = Math.floor(atMs / QUARTER_MS)
    const known = this.#known.get(quarter)
    if (known !== undefined) return known
    const { year, month, day, hour } = this.#partsOf(quarter * QUARTER_MS)
    const made = { day: `${year}-${month}-${day}`, hour: Number(hour) }
    this.#known.set(quarter, made)
    return made
  }

  /** An instant to the minute, as `2026-01-05 20:15`. */
  text(atMs: number): string {
    const { year, month, day, hour, minute } = this.#partsOf(atMs)
    return `${year}-${month}-${day} ${hour}:${minute}`
  }

  #partsOf(atMs: number): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#format.formatToParts(atMs).map(({ type, value }) => [type, value]))
  }
}

const DAY = /^\d{4}-\d\d-\d\d$/

/**
 * The instant of a time in RFC 3339, or of the midnight with which a day begins in a time zone, in
 * milliseconds since the epoch. A midnight that a clock change skips is the instant after it.
 */
export function instantIn(timeZone: string, time: string): number {
  const utcMs = Date.parse(time)
  if (!DAY.test(time)) return utcMs
  const localTime = new LocalTime(timeZone)
  // Zones are at most 14 hours from UTC.
  for (let atMs = utcMs - 14 * 4 * QUARTER_MS; ; atMs += QUARTER_MS) {
    if (localTime.of(atMs).day >= time) return atMs
  }
}
