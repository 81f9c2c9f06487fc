/**
 * Whether an answer can show exactly what was live at one instant: no more, no less, and in order.
 */
import type { ShownStream } from '../history.ts'
import { labelOf, type Scene } from './scene.ts'
import { contains, exactly, type Lease, type Span } from './state.ts'

/** The leases with what the answer adds to them, and the possible instants of the answer. */
export type Sight = { readonly leases: readonly Lease[]; readonly at: Span }

/** What is shown of these leases at one instant within the span. A text says what is wrong. */
export function see(
  scene: Scene,
  { leases, shown, within }: { leases: readonly Lease[]; shown: readonly ShownStream[]; within: Span },
): Sight | string {
  const sorted = sort(scene, leases, shown)
  if (typeof sorted === 'string') return sorted
  let { from, to } = within
  for (const { lease, isShown } of sorted) {
    if (isShown) to = Math.min(to, lease.expires.to - 1)
    else from = Math.max(from, lease.expires.from)
  }
  if (from > to) return wrongTime(sorted, within)
  let isNarrowed = false
  const narrowed = sorted.map(({ lease, isShown }, place) => {
    const next = isShown ? liveAt(lease, from) : lapsedAt(lease, to)
    if (next !== leases[place]) isNarrowed = true
    return next
  })
  return { leases: isNarrowed ? narrowed : leases, at: { from, to } }
}

type Sorted = { readonly lease: Lease; readonly isShown: boolean }

/** Which leases are shown, each with what the answer says about it. */
function sort(scene: Scene, leases: readonly Lease[], shown: readonly ShownStream[]): Sorted[] | string {
  let place = 0
  const sorted: Sorted[] = []
  for (const lease of leases) {
    const candidate = shown[place]
    if (candidate?.id !== lease.id) {
      sorted.push({ lease, isShown: false })
      continue
    }
    const matched = match(scene, lease, candidate)
    if (typeof matched === 'string') return matched
    sorted.push({ lease: matched, isShown: true })
    place += 1
  }
  const extra = shown[place]
  if (extra === undefined) return sorted
  const isHeld = leases.some(({ id }) => id === extra.id)
  return isHeld ? `${extra.id} is shown out of order` : `${extra.id} is shown, but not held`
}

/** The lease with the facts that the answer shows, if it can have them. */
function match({ story }: Scene, lease: Lease, shown: ShownStream): Lease | string {
  const { startedAtMs, expiresAtMs, lastSeenAtMs, label } = shown
  if (startedAtMs === undefined || expiresAtMs === undefined) return lease
  if (label !== labelOf(story, lease.takenBy)) return `${lease.id} is shown with the label ${label}`
  if (!contains(lease.started, startedAtMs)) return `${lease.id} is shown with another startedAt`
  if (!contains(lease.expires, expiresAtMs)) return `${lease.id} is shown with another expiresAt`
  if (lease.isFresh && expiresAtMs !== startedAtMs + story.history.leaseMs)
    return `${lease.id} was not renewed, but is shown as renewed`
  if (lastSeenAtMs !== expiresAtMs - story.history.leaseMs)
    return `${lease.id} has a lastSeenAt that is no renewal`
  if (lease.started.from === lease.started.to && lease.expires.from === lease.expires.to) return lease
  return { ...lease, started: exactly(startedAtMs), expires: exactly(expiresAtMs) }
}

/** The lease, given that it was live at an instant no earlier than this. */
function liveAt(lease: Lease, ms: number): Lease {
  const { from, to } = lease.expires
  return from > ms ? lease : { ...lease, expires: { from: ms + 1, to } }
}

/** The lease, given that it had expired at an instant no later than this. */
function lapsedAt(lease: Lease, ms: number): Lease {
  const { from, to } = lease.expires
  return to <= ms ? lease : { ...lease, expires: { from, to: ms } }
}

function wrongTime(sorted: readonly Sorted[], { from, to }: Span): string {
  const early = sorted.find(({ lease, isShown }) => !isShown && lease.expires.from > to)
  if (early !== undefined) return `${early.lease.id} is not shown, but had not expired`
  const late = sorted.find(({ lease, isShown }) => isShown && lease.expires.to <= from)
  if (late !== undefined) return `${late.lease.id} is shown, but had expired`
  return 'the streams shown were not live together at any one instant'
}
