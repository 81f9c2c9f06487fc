/** Rules for streams above the limit: they run for as long as the plan says, and no longer. */
import { isBefore, isRun, judgedAtMs, judgedFromMs, type Operation } from '../history.ts'
import { nameOf, type Scene } from './scene.ts'
import { leasesShown } from './lifetime-causes.ts'
import { isCertainlyLive, type Lifetime } from './lifetime.ts'

/**
 * A start under a plan with grace opens it. It ends when the answer said, and does not begin again.
 */
export function graceFaults(scene: Scene, operation: Operation): readonly string[] {
  return [
    ...overdueFaults(scene, operation),
    ...openingFaults(scene, operation),
    ...leasesShown(operation).flatMap(lastingFaults(scene, operation)),
  ]
}

/** An answer that grants a grace is given before that grace ends. */
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
  const windows = scene.plansOf(operation).flatMap(({ effective }) => effective.grace?.windowMs ?? [])
  if (windows.length === 0) return [...faults, 'grants a grace that its plan does not have']
  const fromMs = judgedFromMs(operation, scene.terms)
  const toMs = judgedAtMs(operation, scene.terms)
  const isOwn = windows.some((ms) => fromMs + ms <= graceUntilMs && graceUntilMs <= toMs + ms)
  const isShared = scene.lifetimes.all.some(
    (lifetime) =>
      lifetime.generation !== generation &&
      lifetime.sightings.some(({ lease }) => lease.graceUntilMs === graceUntilMs) &&
      graceUntilMs > fromMs,
  )
  // A lease that no answer ever showed may have opened it.
  const isUnseen =
    scene.lifetimes.all.some((lifetime) => lifetime.generation === undefined) && graceUntilMs > fromMs
  const earlier = scene.lifetimes.all.find((lifetime) =>
    isSurelyInEarlierGrace(operation, lifetime, graceUntilMs),
  )
  if (earlier !== undefined) faults.push(`opens a grace of its own beside that of ${nameOf(earlier)}`)
  const longest = Math.max(...windows)
  if (graceUntilMs > toMs + longest) faults.push(`its grace is until ${graceUntilMs}, which is too long`)
  else if (!isOwn && !isShared && !isUnseen) faults.push(`no start opened a grace until ${graceUntilMs}`)
  return faults
}

/** Whether another stream is certainly live and in a grace that ends before this one. */
function isSurelyInEarlierGrace(operation: Operation, lifetime: Lifetime, graceUntilMs: number): boolean {
  const { invoked, answered } = operation
  if (!isCertainlyLive({ certain: lifetime.certainBySighting }, invoked.step, answered.step)) return false
  const shown = lifetime.sightings.filter(({ by }) => isBefore(by, operation))
  const lastStep = Math.max(...shown.map(({ by }) => by.invoked.step))
  return (
    shown.every(({ lease }) => lease.graceUntilMs !== undefined && lease.graceUntilMs < graceUntilMs) &&
    !lifetime.renewals.some((each) => each.answered.step > lastStep && each.invoked.step < answered.step)
  )
}

/** The end of a grace never moves, and a stream that has left it does not return to it. */
function lastingFaults({ lifetimes }: Scene, operation: Operation) {
  return (lease: ReturnType<typeof leasesShown>[number]): readonly string[] => {
    const { graceUntilMs } = lease
    const lifetime = lifetimes.named(lease.generation)
    if (graceUntilMs === undefined || lifetime === undefined) return []
    const before = lifetime.sightings.filter(({ by }) => isBefore(by, operation))
    const moved = before.find((sighting) => sighting.lease.graceUntilMs !== graceUntilMs)
    return moved === undefined
      ? []
      : [
          `the grace of ${nameOf(lease)} was until ${moved.lease.graceUntilMs ?? 'before'}, now ${graceUntilMs}`,
        ]
  }
}
