/**
 * Judges a history by a model of its own, which shares no code with what it judges.
 *
 * It finds too many (an admission for which there was no room) and too few (a denial for which there was
 * no reason). Where operations overlap or answers are lost it gives the limiter the benefit of the doubt:
 * a fault is reported only if no order of the operations explains the answers.
 */
import { evictionFaults, missedEvictions } from './eviction-rules.ts'
import { askedAtMs, isRun, type History, type Operation } from './history.ts'
import { contentionFaults, denialFaults, endedFaults, grantFaults, stopFaults } from './outcome-rules.ts'
import { shownFaults } from './shown-rules.ts'
import { Takings, isCertainlyLive, type Reading } from './takings.ts'
import type { Scene } from './scene.ts'

/** What is wrong with one answer. */
export type Violation = { readonly rule: string; readonly detail: string; readonly operation: Operation }

/** Gives what is wrong with this operation's answer, in words; nothing where all is well. */
type Rule = (scene: Scene, operation: Operation) => readonly string[]

const RULES: Readonly<Record<string, Rule>> = {
  'too many': tooMany,
  'leases shown': shownFaults,
  grant: grantFaults,
  'too few': denialFaults,
  eviction: evictionFaults,
  'eviction missed': missedEvictions,
  ended: endedFaults,
  stop: stopFaults,
  generation: generationFaults,
  failure: failureFaults,
}

/** All that is wrong with a history, in the order of the answers. */
export function check(history: History, reading: Reading = { renewalsMayOvertake: true }): Violation[] {
  const users = Map.groupBy(history.operations, (operation) => operation.request.user)
  const violations = [...users.values()].flatMap((operations) => {
    const scene: Scene = { history, terms: history.terms, takings: new Takings(history, operations, reading) }
    return operations.flatMap((operation) =>
      Object.entries(RULES).flatMap(([rule, faultsOf]) =>
        faultsOf(scene, operation).map((detail) => ({ rule, detail, operation })),
      ),
    )
  })
  return violations.toSorted((one, other) => one.operation.answered.step - other.operation.answered.step)
}

/** At no step are more streams certainly live than the user's largest limit. */
function tooMany({ takings, terms }: Scene, { request, answered }: Operation): readonly string[] {
  const live = takings.all.filter((taking) => isCertainlyLive(taking, answered.step, answered.step))
  const most = terms.mostOf.get(request.user) ?? terms.defaultLimit
  if (live.length <= most) return []
  const names = live.map(({ id, generation }) => `${id} (${generation})`).join(', ')
  return [`${live.length} streams are certainly live, at most ${most} may be: ${names}`]
}

/** A generation names one taking: one admission, one lease, one beginning. */
function generationFaults({ takings }: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (answer.outcome !== 'admitted' || !isRun(operation)) return []
  const { lease } = answer
  const taking = takings.named(lease.generation)
  const faults: string[] = []
  if (taking === undefined || taking.origins.length !== 1) {
    faults.push(`generation ${lease.generation} was admitted ${taking?.origins.length ?? 0} times`)
  }
  if (lease.startedAtMs !== askedAtMs(operation)) {
    faults.push(`admitted at ${askedAtMs(operation)} as a lease that was taken at ${lease.startedAtMs}`)
  }
  return faults
}

/** A failure is a lost call, or others that kept writing. */
function failureFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer, invoked, answered } = operation
  if (answer.outcome !== 'failed') return []
  if (answer.code === 'STORE_CONTENDED') return contentionFaults(scene, operation)
  const isExplained = scene.history.losses.some(
    ({ step }) => step > invoked.step && step < answered.step && answer.code === 'STORE_TIMED_OUT',
  )
  return isExplained ? [] : [`failed without a lost call: ${answer.code}`]
}
