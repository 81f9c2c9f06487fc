/** What a heartbeat of an ended stream must be told, and what it may be told. */
import { idIn, type HeartbeatQuestion, type Question } from '../history.ts'
import { mayHaveForgotten, mayHaveForgottenEvictions } from './forgetting.ts'
import { canHaveTag, labelOf, type Answered, type Scene, type Step } from './scene.ts'
import { contains, exactly, type Note } from './state.ts'

/** For how many lease lengths a heartbeat is told that its stream was ended. */
const LEASES_TOLD = { evicted: 2, operator: 2, stopped: 1 } as const satisfies Record<Note['cause'], number>

/**
 * Whether an older note may be given if a newer one on the same stream was dropped. The player then
 * hears of an end before the last one.
 */
const OLDER_NOTES_MAY_BE_TOLD = true

/** The note that a heartbeat must be told, whether it would be admitted or denied. */
export function noteInForce(scene: Scene<HeartbeatQuestion>): Note | undefined {
  return scene.state.notes.find(
    (note) => note.id === scene.question.id && !note.isPast && isInForce(scene, note),
  )
}

/** Whether a heartbeat that names no generation may be told of this note. */
function isCurrent(scene: Scene, { isPast }: Note): boolean {
  return !isPast || (OLDER_NOTES_MAY_BE_TOLD && mayHaveForgotten(scene))
}

function isInForce({ story, judged }: Scene, { at, cause, isSure }: Note): boolean {
  return isSure && judged.to < at.from + LEASES_TOLD[cause] * story.history.leaseMs
}

/** The heartbeat was told that another stream took its slot. */
export function toldEvicted(scene: Answered<HeartbeatQuestion>): Step {
  const { state, story, question, answer, judged } = scene
  const { by, atMs } = answer
  const { ifMatch, id } = question
  const held = state.leases.find((lease) => lease.id === id)
  const isTheOne = held !== undefined && (ifMatch === undefined || held.etag === ifMatch)
  if (isTheOne && held.expires.from > judged.to) return `${id} is held`
  const leases = isTheOne ? state.leases.filter((lease) => lease !== held) : state.leases
  const isAbout = (note: Note) =>
    note.cause === 'evicted' &&
    note.id === id &&
    (ifMatch === undefined ? isCurrent(scene, note) : canHaveTag(story, note, ifMatch)) &&
    idIn(story.history.calls[note.by]?.question ?? { kind: 'list' }) === by?.id &&
    labelOf(story, note.by) === by?.label &&
    contains(note.at, atMs ?? Number.NaN)
  const note = state.notes.find(isAbout)
  if (note === undefined) return `${id} was not evicted by ${by?.id} (${by?.label}) at that instant`
  if (leases === state.leases && note.at.from === note.at.to) return [state]
  const exact = { ...note, at: exactly(atMs ?? Number.NaN) }
  return [{ ...state, leases, notes: state.notes.map((other) => (other === note ? exact : other)) }]
}

/** The heartbeat was told that the lease it knows is over. */
export function toldEnded(scene: Answered<HeartbeatQuestion>): Step {
  const { state, story, question, judged } = scene
  const { ifMatch, id } = question
  const fault = ifMatch === undefined ? endedFault(scene) : endedFaultOf(scene, ifMatch)
  if (fault !== undefined) return fault
  const held = state.leases.find((lease) => lease.id === id)
  const isTheOne = held !== undefined && (ifMatch === undefined || canHaveTag(story, held, ifMatch))
  if (!isTheOne) return [state]
  const isCertain = ifMatch === undefined || held.etag === ifMatch
  if (held.expires.from > judged.to) return isCertain ? `${id} is held` : [state]
  const without = { ...state, leases: state.leases.filter((lease) => lease !== held) }
  return isCertain ? [without] : [without, state]
}

/** Why a heartbeat that names no generation cannot be told `stream-ended`. */
function endedFault(scene: Answered<HeartbeatQuestion>): string | undefined {
  const { state, story, question, answer } = scene
  const stops = state.notes.filter(
    (note) => note.id === question.id && note.cause !== 'evicted' && isCurrent(scene, note),
  )
  const reasons = stops.map(({ by }) => reasonOf(story.history.calls[by]?.question))
  if (reasons.includes(answer.reason)) return undefined
  if (answer.reason !== undefined) return `no stop gave the reason ${answer.reason}`
  if (mayHaveForgotten(scene)) return undefined
  return stops.length > 0 ? 'the reason of the stop is not given' : `${question.id} was not stopped`
}

function reasonOf(question: Question | undefined): string | undefined {
  return question?.kind === 'stop' ? question.reason : undefined
}

/**
 * Why a heartbeat of this generation cannot be told `stream-ended`: it was evicted and must be told
 * that.
 */
function endedFaultOf(scene: Answered<HeartbeatQuestion>, tag: string): string | undefined {
  const { state, question } = scene
  const note = state.notes.find(
    ({ id, etag, cause }) => id === question.id && etag === tag && cause === 'evicted',
  )
  if (note === undefined || !isInForce(scene, note) || mayHaveForgottenEvictions(scene)) return undefined
  return `${question.id} was evicted, and is not told so`
}
