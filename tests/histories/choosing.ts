/** What the clients of one user do next: a random mix, based on the answers so far. */
import type { SeededRandom } from '../simulation/world/seeded-random.ts'
import { leaseIdOf, type Answer, type Question } from './history.ts'
import type { Habits, Mix } from './habits.ts'

/**
 * What is known of a lease id: the entity tags it was given, newest last, and its plan at the
 * start.
 */
type Known = { readonly tags: string[]; readonly plan: string | undefined }

/** How many of the ids seen last are used again. */
const RECENT_IDS = 8

export class Chooser {
  readonly #random: SeededRandom
  readonly #habits: Habits
  readonly #mix: Mix
  readonly #known = new Map<string, Known>()
  #running: readonly string[] = []
  #lapses: readonly number[] = []
  #freshStreams = 0
  #questions = 0

  constructor(random: SeededRandom, habits: Habits, mix: Mix) {
    this.#random = random
    this.#habits = habits
    this.#mix = mix
  }

  /** An instant near the expiry of a lease, if one is known to run. */
  get someLapseMs(): number | undefined {
    return this.#lapses.length === 0 ? undefined : this.#random.pick(this.#lapses)
  }

  /** What this client does next. */
  next(client: number): Question {
    const { weights } = this.#habits
    const kinds = Object.keys(weights) as (keyof typeof weights)[]
    const kind = this.#random.weigh(kinds, (name) => weights[name])
    switch (kind) {
      case 'start':
        return this.#start(client)
      case 'heartbeat':
        return this.#heartbeat(client)
      case 'stop':
        return this.#stop(client)
      case 'operatorStop':
        return { kind: 'stop', id: this.#someId(client), reason: `reason ${this.#count()}` }
      case 'list':
      case 'erase':
        return { kind }
    }
  }

  /** Repeats a question, as a player does that lost the answer. */
  again(question: Question): Question {
    return 'label' in question ? { ...question, label: this.#label() } : question
  }

  /** Remembers what an answer says. */
  learn(question: Question, { etag, id, streams, expiresAtMs }: Answer): void {
    if (streams !== undefined) {
      this.#running = streams.map((stream) => stream.id)
      const ends = streams.flatMap((stream) => stream.expiresAtMs ?? [])
      this.#lapses =
        expiresAtMs === undefined ? (ends.length > 0 ? ends : this.#lapses) : [...ends, expiresAtMs]
    }
    if (etag === undefined || id === undefined) return
    const { tags, plan } = this.#known.get(id) ?? {
      tags: [],
      plan: 'plan' in question ? question.plan : undefined,
    }
    this.#known.delete(id)
    this.#known.set(id, { tags: tags.at(-1) === etag ? tags : [...tags, etag], plan })
  }

  #start(client: number): Question {
    const { streams, devices, freshChance, deviceChance, plans, replacesChance } = this.#habits
    const isFresh = this.#random.chance(freshChance)
    if (isFresh) this.#freshStreams += 1
    const streamId = isFresh ? `f${this.#freshStreams}` : `s${this.#random.below(streams)}`
    const device = this.#random.chance(0.7) ? client % devices : this.#random.below(devices)
    const replaces =
      this.#mix.replaces && this.#random.chance(replacesChance) ? { replaces: this.#someId(client) } : {}
    const stream = { streamId, ...(this.#random.chance(deviceChance) && { deviceId: `d${device}` }) }
    const plan = this.#random.pick(plans)
    const question = { kind: 'start', ...stream, ...replaces, plan, label: this.#label() } as const
    const id = leaseIdOf(question)
    if (!this.#known.has(id)) this.#known.set(id, { tags: [], plan })
    return question
  }

  #heartbeat(client: number): Question {
    const { namesPlanChance } = this.#habits
    const id = this.#someId(client)
    const plan = this.#known.get(id)?.plan ?? this.#habits.plans[0]
    const named = plan !== undefined && this.#random.chance(namesPlanChance) ? { plan } : {}
    const match = this.#ifMatch(id)
    // A heartbeat that may start its lease again must give its name, or the lease would keep its
    // old one.
    const label = match.ifMatch === undefined ? { label: this.#label() } : {}
    return { kind: 'heartbeat', id, ...match, ...named, ...label }
  }

  #stop(client: number): Question {
    const id = this.#someId(client)
    return { kind: 'stop', id, ...this.#ifMatch(id) }
  }

  /** An id that runs, or ran a while ago, or never did. */
  #someId(client: number): string {
    const recent = [...this.#known.keys()].slice(-RECENT_IDS)
    if (this.#running.length > 0 && this.#random.chance(0.5)) return this.#random.pick(this.#running)
    if (recent.length > 0 && this.#random.chance(0.6)) return this.#random.pick(recent)
    const all = [...this.#known.keys()]
    return all.length > 0 && this.#random.chance(0.9) ? this.#random.pick(all) : `s${client}`
  }

  /** Mostly the newest tag, sometimes an older one. */
  #ifMatch(id: string): { ifMatch?: string } {
    const tags = this.#known.get(id)?.tags ?? []
    const newest = tags.at(-1)
    if (newest === undefined || !this.#random.chance(this.#habits.ifMatchChance)) return {}
    return { ifMatch: this.#random.chance(0.8) ? newest : this.#random.pick(tags) }
  }

  #label(): string {
    return `c${this.#count()}`
  }

  #count(): number {
    this.#questions += 1
    return this.#questions
  }
}
