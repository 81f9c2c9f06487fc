/** Says what is measured now, and how long the rest takes. */
export class Progress {
  readonly #totalSeconds: number
  readonly #startedAt = performance.now()
  #plannedSeconds = 0
  #shownAt = Number.NEGATIVE_INFINITY

  /** @param totalSeconds what all steps together are expected to take. */
  constructor(totalSeconds: number) {
    this.#totalSeconds = totalSeconds
  }

  /** Shows the step that begins now, and counts the time that it is expected to take. */
  step(text: string, expectedSeconds: number): void {
    const left = timeLeft({
      passedSeconds: (performance.now() - this.#startedAt) / 1000,
      plannedSeconds: this.#plannedSeconds,
      totalSeconds: this.#totalSeconds,
    })
    this.#plannedSeconds += expectedSeconds
    this.#show(`${text} (${left} left)`)
  }

  /** Clears the line, so that something else can be written. */
  clear(): void {
    showProgress('')
  }

  /** Where there is no terminal, a line now and then is enough. */
  #show(text: string): void {
    if (process.stderr.isTTY) return showProgress(text)
    if (performance.now() - this.#shownAt < LINE_EVERY_MS) return
    this.#shownAt = performance.now()
    process.stderr.write(`${text}\n`)
  }
}

const LINE_EVERY_MS = 10_000
/** Before so much of the plan is done, its pace so far says nothing. */
const PLANNED_SECONDS_MIN = 10

/** Shows a line on a terminal in place of the one before. Elsewhere it shows nothing. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

type Pace = { readonly passedSeconds: number; readonly plannedSeconds: number; readonly totalSeconds: number }

/** The time left, as `4:05`: the rest of the plan, at the pace of what is done. */
export function timeLeft({ passedSeconds, plannedSeconds, totalSeconds }: Pace): string {
  const pace = plannedSeconds < PLANNED_SECONDS_MIN ? 1 : passedSeconds / plannedSeconds
  const seconds = Math.max(0, Math.round((totalSeconds - plannedSeconds) * pace))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
