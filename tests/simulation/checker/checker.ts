/**
 * Judges a history by its own model, which shares no code with what it judges.
 *
 * It finds too many (an admission without room) and too few (a denial without reason). If
 * operations overlap or answers are lost, it gives the limiter the benefit of the doubt. It reports
 * a fault only if no order of the operations explains the answers.
 */
import { decisionFaults, shadowFaults } from './decision-rules.ts'
import { denialFaults } from './denial-rules.ts'
import { endsFaults, evictionFaults, missedEvictions } from './eviction-rules.ts'
import { finishFaults } from './finish-rules.ts'
import { graceFaults } from './grace-rules.ts'
import { askedAtMs, isRun, type History, type Operation } from '../history.ts'
import { memoryFaults, unknownFaults } from './memory-rules.ts'
import { endedFaults, noteFaults } from './note-rules.ts'
import { contentionFaults, grantFaults } from './outcome-rules.ts'
import { isExempt, isOnAll } from './plan-model.ts'
import { Scene } from './scene.ts'
import { shownFaults } from './shown-rules.ts'
import { playedOutFaults, stopFaults } from './stop-rules.ts'
import { isCertainlyLive } from './lifetime.ts'
import { Lifetimes, type Reading } from './lifetimes.ts'
import { paceFaults, viewFaults } from './view-rules.ts'

/** What is wrong with one answer. */
export type Violation = { readonly rule: string; readonly detail: string; readonly operation: Operation }

/** Returns what is wrong with this operation's answer, in words. Empty if all is well. */
type Rule = (scene: Scene, operation: Operation) => readonly string[]

const RULES = {
  'too many': tooMany,
  'leases shown': shownFaults,
  grant: grantFaults,
  'too few': denialFaults,
  decision: decisionFaults,
  eviction: evictionFaults,
  ends: endsFaults,
  'eviction missed': missedEvictions,
  grace: graceFaults,
  shadow: shadowFaults,
  finished: finishFaults,
  view: viewFaults,
  pace: paceFaults,
  ended: endedFaults,
  note: noteFaults,
  unknown: unknownFaults,
  memory: memoryFaults,
  stop: stopFaults,
  'played out': playedOutFaults,
  generation: generationFaults,
  failure: failureFaults,
} satisfies Readonly<Record<string, Rule>>

/** The name of a rule, as a violation gives it. */
export type RuleName = keyof typeof RULES

/**
 * Everything that is wrong with a history, in the order of the answers. `only` checks one rule
 * alone.
 */
export function check(
  history: History,
  reading: Reading = { renewalsMayOvertake: true },
  only?: RuleName,
): Violation[] {
  const users = Map.groupBy(history.operations, (operation) => operation.request.user)
  const rules = Object.entries(RULES).filter(([rule]) => only === undefined || rule === only)
  const violations = [...users.values()].flatMap((operations) => {
    const scene = new Scene(history, new Lifetimes(history, operations, reading))
    return operations.flatMap((operation) =>
      rules.flatMap(([rule, faultsOf]) =>
        faultsOf(scene, operation).map((detail) => ({ rule, detail, operation })),
      ),
    )
  })
  return violations.toSorted((one, other) => one.operation.answered.step - other.operation.answered.step)
}

/**
 * At no step are more streams certainly live than the largest account limit, with its grace, of any
 * plan that may have judged the user so far. Streams that one of these plans ignores do not count.
 */
function tooMany(scene: Scene, { answered }: Operation): readonly string[] {
  const { lifetimes } = scene
  const plans = scene.plansSeen.filter(({ step }) => step < answered.step).map(({ effective }) => effective)
  const most = Math.max(
    ...plans.map(({ limits, grace }) => {
      const onAll = limits.filter(isOnAll).map(({ max }) => max)
      return onAll.length === 0 ? Infinity : Math.min(...onAll) + (grace?.streams ?? 0)
    }),
  )
  const live = lifetimes.all
    .filter((lifetime) => isCertainlyLive(lifetime, answered.step, answered.step))
    .filter(({ stream }) => plans.every((plan) => !isExempt(plan, stream)))
  if (plans.length === 0 || live.length <= most) return []
  const names = live.map(({ id, generation }) => `${id} (${generation})`).join(', ')
  return [`${live.length} streams are certainly live, at most ${most} may be: ${names}`]
}

/** A generation names one lifetime: one admission, one lease, one beginning. */
function generationFaults({ lifetimes }: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (answer.outcome !== 'admitted' || !isRun(operation)) return []
  const { lease } = answer
  const lifetime = lifetimes.named(lease.generation)
  const faults: string[] = []
  if (lifetime === undefined || lifetime.origins.length !== 1) {
    faults.push(`generation ${lease.generation} was admitted ${lifetime?.origins.length ?? 0} times`)
  }
  if (lease.startedAtMs !== askedAtMs(operation)) {
    faults.push(`admitted at ${askedAtMs(operation)} as a lease that started at ${lease.startedAtMs}`)
  }
  return faults
}

/** A failure needs a lost call, or rivals that kept writing. */
function failureFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer, invoked, answered } = operation
  if (answer.outcome !== 'failed') return []
  if (answer.code === 'STORE_CONTENDED') return contentionFaults(scene, operation)
  const isExplained = scene.history.losses.some(
    ({ step }) => step > invoked.step && step < answered.step && answer.code === 'STORE_TIMED_OUT',
  )
  return isExplained ? [] : [`failed without a lost call: ${answer.code}`]
}
