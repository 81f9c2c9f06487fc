/** Rules for streams above the limit: for as long as the plan says, and never for longer by themselves. */
import { isBefore, isRun, judgedAtMs, judgedFromMs, type Operation } from '../history.ts'
import { nameOf, type Scene } from './scene.ts'
import { leasesShown } from './lifetime-causes.ts'
import { isCertainlyLive, type Taking } from './lifetime.ts'

/** Grace is opened by a start under a plan that has it, ends when it was said to, and does not begin anew. */
export function graceFaults(scene: Scene, operation: Operation): readonly string[] {
  return [
    ...overdueFaults(scene, operation),
    ...openingFaults(scene, operation),
    ...leasesShown(operation).flatMap(lastingFaults(scene, operation)),
  ]
}

/** A grant in grace is given before that is over. */
function overdueFaults({ terms }: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (answer.outcome !== 'admitted' && answer.outcome !== 'renewed') return []
  const { graceUntilMs } = answer.lease
  return graceUntilMs !== undefined && graceUntilMs <= judgedFromMs(operation, terms)
    ? [`grants a grace that was over at ${graceUntilMs}`]
    : []
}

function openingFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || answer.outcome !== 'admitted') return []
  const { graceUntilMs, expiresAtMs, generation } = answer.lease
  if (graceUntilMs === undefined) return []
  const faults: string[] = []
  if (operation.request.verb !== 'start') faults.push('a heartbeat opens a grace')
  if ((expiresAtMs ?? Infinity) > graceUntilMs) faults.push(`runs until ${expiresAtMs}, after its grace`)
  const windows = scene.plansOf(operation).flatMap(({ holding }) => holding.grace?.windowMs ?? [])
  if (windows.length === 0) return [...faults, 'grants a grace that its plan does not have']
  const fromMs = judgedFromMs(operation, scene.terms)
  const toMs = judgedAtMs(operation, scene.terms)
  const isOwn = windows.some((ms) => fromMs + ms <= graceUntilMs && graceUntilMs <= toMs + ms)
  const isShared = scene.takings.all.some(
    (taking) =>
      taking.generation !== generation &&
      taking.sights.some(({ lease }) => lease.graceUntilMs === graceUntilMs) &&
      graceUntilMs > fromMs,
  )
  // One whose answer was lost, and that nobody has seen since, may have opened it.
  const isUnseen =
    scene.takings.all.some((taking) => taking.generation === undefined) && graceUntilMs > fromMs
  const earlier = scene.takings.all.find((taking) => isSurelyInEarlierGrace(operation, taking, graceUntilMs))
  if (earlier !== undefined) faults.push(`opens a grace of its own beside that of ${nameOf(earlier)}`)
  const longest = Math.max(...windows)
  if (graceUntilMs > toMs + longest) faults.push(`its grace is until ${graceUntilMs}, which is too long`)
  else if (!isOwn && !isShared && !isUnseen) faults.push(`nobody opened a grace until ${graceUntilMs}`)
  return faults
}

/** Whether another stream is certainly live and in a grace that ends before this one. */
function isSurelyInEarlierGrace(operation: Operation, taking: Taking, graceUntilMs: number): boolean {
  const { invoked, answered } = operation
  if (!isCertainlyLive({ certain: taking.vouched }, invoked.step, answered.step)) return false
  const shown = taking.sights.filter(({ by }) => isBefore(by, operation))
  const lastStep = Math.max(...shown.map(({ by }) => by.invoked.step))
  return (
    shown.every(({ lease }) => lease.graceUntilMs !== undefined && lease.graceUntilMs < graceUntilMs) &&
    !taking.renewals.some((each) => each.answered.step > lastStep && each.invoked.step < answered.step)
  )
}

/** The end of a grace is never moved, and who has left it is not in it again. */
function lastingFaults({ takings }: Scene, operation: Operation) {
  return (lease: ReturnType<typeof leasesShown>[number]): readonly string[] => {
    const { graceUntilMs } = lease
    const taking = takings.named(lease.generation)
    if (graceUntilMs === undefined || taking === undefined) return []
    const before = taking.sights.filter(({ by }) => isBefore(by, operation))
    const moved = before.find((sight) => sight.lease.graceUntilMs !== graceUntilMs)
    return moved === undefined
      ? []
      : [
          `the grace of ${nameOf(lease)} was until ${moved.lease.graceUntilMs ?? 'before'}, now ${graceUntilMs}`,
        ]
  }
}
