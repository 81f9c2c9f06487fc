/** Streams that end because another starts: those that it replaces, and those that are evicted. */
import type { Plan } from '../plans.ts'
import { idIn, deviceOf, type StartQuestion } from '../history.ts'
import { type Scene } from './scene.ts'
import type { Lease, Note, Span, State } from './state.ts'

/** What happens to the other leases when one starts. */
export type Parting = {
  readonly leaving: readonly Lease[]
  readonly evicted: readonly Lease[]
  readonly kept: readonly Lease[]
}

/**
 * The leases whose slots a start takes over: the one it replaces, and its own device's former one.
 */
export function leavingFor(
  { question }: Scene<StartQuestion>,
  plan: Plan,
  others: readonly Lease[],
): Lease[] {
  const { deviceId, replaces } = question
  const takesDevice = plan.sameDeviceReplaces && deviceId !== undefined
  return others.filter(({ id }) => id === replaces || (takesDevice && deviceOf(id) === deviceId))
}

/**
 * The instants at which the streams named as ended may have been live while the others that left
 * had expired. A text says what is wrong.
 */
export function whenEnded(
  { leaving, evicted }: Parting,
  told: readonly string[],
  within: Span,
): Span | string {
  let { from, to } = within
  const names = new Set(told)
  const gone = [...leaving, ...evicted]
  const unknown = told.find((id) => !gone.some((lease) => lease.id === id))
  if (unknown !== undefined) return `${unknown} is named as ended, but was not held`
  if (names.size !== told.length) return 'a stream is named as ended twice'
  for (const { id, expires } of gone) {
    if (names.has(id)) to = Math.min(to, expires.to - 1)
    else from = Math.max(from, expires.from)
  }
  return from <= to
    ? { from, to }
    : 'the streams named as ended are not those that were live at any one instant'
}

/**
 * Whether a plan may make this room for a newcomer and evict exactly these, at an instant within
 * the span.
 */
export function roomFault(plan: Plan, { evicted, kept }: Parting, within: Span): string | undefined {
  if (plan.whenFull === 'deny' && evicted.length > 0) return `a plan that denies evicted ${evicted[0]?.id}`
  const surelyLive = kept.filter(({ expires }) => expires.from > within.to)
  const possiblyLive = kept.filter(({ expires }) => expires.to > within.from)
  if (surelyLive.length >= plan.max) return `${surelyLive.length} of ${plan.max} streams ran already`
  if (evicted.length === 0) return undefined
  if (possiblyLive.length < plan.max - 1) return `${evicted.at(-1)?.id} was evicted though there was room`
  const inTurn = ({ started, expires }: Lease) => (plan.whenFull === 'evict-idle' ? expires : started)
  const passedOver = surelyLive.find((stays) => evicted.some((goes) => inTurn(goes).from > inTurn(stays).to))
  return passedOver && `${passedOver.id} should have been evicted first`
}

/** The state after the newcomer has a lease and the others have gone. */
export function afterStart(
  { state, index }: Scene<StartQuestion>,
  { leaving, evicted }: Parting,
  { leases, at, sure }: { leases: readonly Lease[]; at: Span; sure: readonly string[] },
): State {
  const ends = [...leaving, ...evicted]
  const written = ends.map(
    ({ id, etag }): Note => ({
      id,
      etag,
      cause: 'evicted',
      by: index,
      at,
      isSure: sure.includes(id),
      isPast: false,
    }),
  )
  const replaced = new Set(ends.map(({ id }) => id))
  const kept = written.length === 0 ? state.notes : state.notes.filter(({ id }) => !replaced.has(id))
  return { leases, notes: [...kept, ...written] }
}

/** The notes once this stream runs again. They are about its former leases only. */
export function withoutNotesOn(scene: Scene, state: State): State {
  const id = idIn(scene.question)
  if (!state.notes.some((note) => note.id === id && !note.isPast)) return state
  const notes = state.notes.map((note): Note => {
    return note.id === id ? { ...note, isPast: true, isSure: false } : note
  })
  return { ...state, notes }
}
