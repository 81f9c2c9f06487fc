/** One run: a service, histories of many users, and a judgement of each. */
import type { Mix } from './habits.ts'
import type { History } from './history.ts'
import { HttpCaller } from './http-caller.ts'
import type { Judgement } from './judge.ts'
import { Judges } from './judges.ts'
import { record } from './recorder.ts'
import { startServiceProcess, type ServiceOptions } from './service-process.ts'

/** Of each of the callers that warm the service up. */
const WARM_UP_CALLS = 20

export type RunOptions = ServiceOptions & {
  readonly seed: number
  /** Recording ends after this many calls or this much time. */
  readonly operations: number
  readonly limitMs: number
  /** Ends the recording. What was recorded is still judged. */
  readonly signal?: AbortSignal
  readonly usersAtOnce: number
  readonly judges: number
  readonly mix: Mix
  /** Where clients call, if not the service itself. */
  readonly through?: (url: string) => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>
}

/** A history that does not prove a sound service. */
export type Finding = { readonly judgement: Judgement; readonly history: History }

export type RunTally = {
  readonly users: number
  /** Calls with an answer, in histories that were decided. */
  readonly judged: number
  /** Calls whose answer was lost, in histories that were decided. */
  readonly losses: number
  readonly nodes: number
  /** Lines of the service's log that are errors. */
  readonly errors: number
  /** How often each kind of call got each answer. */
  readonly answers: ReadonlyMap<string, number>
  readonly unordered: readonly Finding[]
  readonly undecided: readonly Finding[]
}

/** Runs, and reports progress after each judgement. */
export async function run(
  options: RunOptions,
  watch: (tally: RunTally) => void = () => {},
): Promise<RunTally> {
  const tally = new Tally()
  const service = await startServiceProcess(options)
  await warmUp(service.url, options.usersAtOnce)
  const front = await options.through?.(service.url)
  const judges = new Judges(options.judges, (judgement, history) => {
    tally.add(judgement, history, service.errors())
    watch(tally)
  })
  try {
    const { seed, operations, limitMs, usersAtOnce, mix, signal } = options
    const url = front?.url ?? service.url
    const pace = { seed, operations, limitMs, usersAtOnce, mix, signal }
    const clock = { leaseMs: options.leaseSeconds * 1000, skewMs: service.skewMs }
    await record({ url, ...pace, ...clock, take: (history) => judges.take(history) })
    await judges.settle()
    return tally
  } finally {
    await judges.close()
    await front?.stop()
    await service.stop()
  }
}

/**
 * Sends calls that belong to no history. The first ones load code, and a store's driver repeats a
 * call that takes too long. An answer to a repeated call speaks of a later instant than the call.
 */
async function warmUp(url: string, callers: number): Promise<void> {
  const warming = Array.from({ length: callers }, async (_, index) => {
    const caller = new HttpCaller(url)
    for (let call = 0; call < WARM_UP_CALLS; call += 1) {
      await caller.send(`warm-up-${index}`, { kind: 'start', streamId: `s${call % 2}`, label: 'warm-up' })
    }
    caller.close()
  })
  await Promise.all(warming)
}

class Tally implements RunTally {
  users = 0
  judged = 0
  losses = 0
  nodes = 0
  errors = 0
  readonly answers = new Map<string, number>()
  readonly unordered: Finding[] = []
  readonly undecided: Finding[] = []

  add(judgement: Judgement, history: History, errors: number): void {
    this.users += 1
    this.nodes += judgement.nodes
    this.errors = errors
    for (const { question, end, lostBy } of history.calls) {
      const answer =
        end === undefined ? lostBy : [end.answer.status, end.answer.problem].filter(Boolean).join(' ')
      const key = `${question.kind}: ${answer}`
      this.answers.set(key, (this.answers.get(key) ?? 0) + 1)
    }
    if (judgement.outcome === 'undecided') {
      this.undecided.push({ judgement, history })
      return
    }
    this.judged += judgement.answers
    this.losses += judgement.losses
    if (judgement.outcome === 'unordered') this.unordered.push({ judgement, history })
  }
}
