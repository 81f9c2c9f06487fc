/**
 * What callers were told, and whether the service's lists agree with it. It knows only the limit
 * and counts from the answers alone.
 */

/**
 * What a stream's caller knows of it. Without an answer, `starting` and `stopping` may have gone
 * either way.
 */
type Fate = 'starting' | 'held' | 'denied' | 'stopping' | 'stopped'

const MUST_BE_LISTED: readonly Fate[] = ['held']
const MUST_NOT_BE_LISTED: readonly Fate[] = ['denied', 'stopped']

export class Ledger {
  readonly #fates = new Map<string, Map<string, Fate>>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get users(): readonly string[] {
    return [...this.#fates.keys()]
  }

  /** Notes what is known of a stream from now on. Each stream is started only once. */
  note(user: string, stream: string, fate: Fate): void {
    const fates = this.#fates.get(user) ?? new Map<string, Fate>()
    this.#fates.set(user, fates.set(stream, fate))
  }

  /** How many streams have this fate. */
  count(fate: Fate): number {
    return [...this.#fates.values()].flatMap((fates) => [...fates.values()]).filter((one) => one === fate)
      .length
  }

  /** What is wrong with this list of a user's streams, one sentence for each fault. */
  faultsIn(user: string, listed: readonly string[]): readonly string[] {
    const fates = this.#fates.get(user) ?? new Map<string, Fate>()
    const lost = [...fates].filter(
      ([stream, fate]) => MUST_BE_LISTED.includes(fate) && !listed.includes(stream),
    )
    const undead = listed.filter((stream) => MUST_NOT_BE_LISTED.includes(fates.get(stream) ?? 'denied'))
    return [
      ...lost.map(([stream]) => `${user}: ${stream} was acknowledged and is not listed`),
      ...undead.map(
        (stream) => `${user}: ${stream} is listed and was ${fates.get(stream) ?? 'never requested'}`,
      ),
      ...(listed.length > this.#limit ? [`${user}: ${listed.length} streams of ${this.#limit}`] : []),
      ...(new Set(listed).size < listed.length ? [`${user}: a stream is listed twice`] : []),
    ]
  }
}
