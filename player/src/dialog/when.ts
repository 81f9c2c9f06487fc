/** Times as viewers read them. */

const MINUTE_SECONDS = 60
const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', MINUTE_SECONDS],
  ['second', 1],
] as const

/** A player that was seen within so many seconds is active.. */
const ACTIVE_SECONDS = 120

/** Instants as texts in one language, at one moment. */
export class Clock {
  readonly #locale: string
  readonly nowMs: number

  constructor(locale: string, nowMs = Date.now()) {
    this.#locale = locale
    this.nowMs = nowMs
  }

  /** A time of today, or else a date with its time. */
  point(instant: string): string {
    const date = new Date(instant)
    const isToday = date.toDateString() === new Date(this.nowMs).toDateString()
    const day = isToday ? {} : ({ day: 'numeric', month: 'short' } as const)
    return this.#format(date, { ...day, hour: 'numeric', minute: '2-digit' })
  }

  /** A date. */
  day(instant: string): string {
    return this.#format(new Date(instant), { day: 'numeric', month: 'long' })
  }

  /** "2 minutes ago". `undefined`: so short ago that it is active. */
  ago(instant: string): string | undefined {
    const seconds = Math.round((this.nowMs - Date.parse(instant)) / 1000)
    return seconds < ACTIVE_SECONDS ? undefined : this.#relative(-seconds)
  }

  /** "in 40 seconds". */
  in(seconds: number): string {
    return this.#relative(seconds)
  }

  #relative(seconds: number): string {
    const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1]
    const format = new Intl.RelativeTimeFormat(this.#locale, { numeric: 'auto' })
    return format.format(Math.round(seconds / length), unit)
  }

  #format(date: Date, options: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat(this.#locale, options).format(date)
  }
}
