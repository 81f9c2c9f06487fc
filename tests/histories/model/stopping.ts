/** Stops, and users who are erased. */
import type { StopQuestion } from '../history.ts'
import { canHaveTag, type Scene, type Step } from './scene.ts'
import { EMPTY_STATE, type Lease, type Note, type State } from './state.ts'

/** The stream no longer runs, unless the call named a stale generation. */
export function stopped(scene: Scene<StopQuestion>): Step {
  const { question, state, story } = scene
  const { ifMatch, id } = question
  const held = state.leases.find((lease) => lease.id === id)
  if (held === undefined) return ifMatch === undefined ? [unheld(scene)] : [state]
  if (ifMatch === undefined) return [without(scene, held)]
  if (!canHaveTag(story, held, ifMatch)) return [state]
  return held.etag === undefined ? [without(scene, held), state] : [without(scene, held)]
}

/** Nothing is known of the user any more. */
export function erased({ state }: Scene): Step {
  const isEmpty = state.leases.length === 0 && state.notes.length === 0
  return isEmpty ? [state] : [EMPTY_STATE]
}

function without(scene: Scene<StopQuestion>, held: Lease): State {
  const { state, judged } = scene
  const leases = state.leases.filter((lease) => lease !== held)
  const others = state.notes.filter(({ id, isPast }) => id !== held.id || isPast)
  return {
    leases,
    notes: [...others, noteBy(scene, { etag: held.etag, isSure: held.expires.from > judged.to })],
  }
}

/**
 * A stop of a stream that is not held may leave a note too. An operator's note may replace that of
 * an eviction.
 */
function unheld(scene: Scene<StopQuestion>): State {
  const { state, question } = scene
  const isOwn = ({ id, isPast }: Note) => id === question.id && !isPast
  const isByOperator = question.reason !== undefined
  if (!isByOperator && state.notes.some((note) => isOwn(note) && note.cause !== 'evicted')) return state
  const kept = state.notes.map((note) => (isOwn(note) && isByOperator ? { ...note, isSure: false } : note))
  return { ...state, notes: [...kept, noteBy(scene, { etag: undefined, isSure: false })] }
}

function noteBy({ question, index, asked }: Scene<StopQuestion>, facts: Pick<Note, 'etag' | 'isSure'>): Note {
  const cause = question.reason === undefined ? 'stopped' : 'operator'
  return { id: question.id, cause, by: index, at: asked, isPast: false, ...facts }
}
