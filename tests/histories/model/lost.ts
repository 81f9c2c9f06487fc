/** Calls whose answer was lost, if they took effect: every possible result. */
import { idIn, type HeartbeatQuestion, type StartQuestion } from '../history.ts'
import { planNamed } from '../plans.ts'
import { afterStart, leavingFor, roomFault, withoutNotesOn, type Parting } from './ending.ts'
import { canHaveTag, limitsOn, newLease, type Scene } from './scene.ts'
import { shifted, type Lease, type State } from './state.ts'
import { noteInForce } from './telling.ts'

/** A start that renewed its lease or got one. */
export function startLost(scene: Scene<StartQuestion>): readonly State[] {
  const { state, question } = scene
  const own = state.leases.find(({ id }) => id === idIn(question))
  const others = state.leases.filter((lease) => lease !== own)
  const leaving = leavingFor(scene, planNamed(question.plan), others)
  return startLostWith(scene, own, leaving).map((next) => withoutNotesOn(scene, next))
}

/** The possible results of a lost start if these leave for it. */
function startLostWith(
  scene: Scene<StartQuestion>,
  own: Lease | undefined,
  leaving: readonly Lease[],
): readonly State[] {
  const { state, question, judged, asked } = scene
  const plan = planNamed(question.plan)
  const staying = state.leases.filter((lease) => lease !== own && !leaving.includes(lease))
  const sure = leaving.filter(({ expires }) => expires.from > judged.to).map(({ id }) => id)
  const states: State[] = []
  if (own !== undefined) {
    const parting = { leaving, evicted: [], kept: staying }
    const leases = renewed(scene, own).filter((lease) => !leaving.includes(lease))
    states.push(afterStart(scene, parting, { leases, at: asked, sure }))
  }
  if (own !== undefined && own.expires.from > judged.to) return states
  for (const evicted of plan.whenFull === 'deny' ? [[]] : choicesOf(staying)) {
    const parting: Parting = { leaving, evicted, kept: staying.filter((lease) => !evicted.includes(lease)) }
    const isPossible = evicted.every(({ expires }) => expires.to > judged.from)
    if (!isPossible || roomFault(plan, parting, judged) !== undefined) continue
    const leases = [...parting.kept, taken(scene)]
    const ended = [...sure, ...evicted.map(({ id }) => id)]
    states.push(afterStart(scene, parting, { leases, at: asked, sure: ended }))
  }
  return states
}

/** A heartbeat that renewed its lease or started it again. */
export function heartbeatLost(scene: Scene<HeartbeatQuestion>): readonly State[] {
  const { state, question, judged, story } = scene
  const { ifMatch, id } = question
  const own = state.leases.find((lease) => lease.id === id)
  const states: State[] = []
  if (own !== undefined && (ifMatch === undefined || canHaveTag(story, own, ifMatch))) {
    states.push({ ...state, leases: renewed(scene, own) })
  }
  const isGone = own === undefined || own.expires.from <= judged.to
  if (isGone && ifMatch === undefined && noteInForce(scene) === undefined) {
    const kept = state.leases.filter((lease) => lease !== own)
    const max = Math.max(...limitsOn(scene))
    const parting = { leaving: [], evicted: [], kept }
    if (roomFault({ ...planNamed(question.plan), max }, parting, judged) === undefined) {
      states.push(withoutNotesOn(scene, { ...state, leases: [...kept, taken(scene)] }))
    }
  }
  return states
}

/** Every subset, including none. A lost answer does not show which streams a plan evicted. */
function choicesOf(leases: readonly Lease[]): readonly (readonly Lease[])[] {
  return leases.reduce<readonly (readonly Lease[])[]>(
    (choices, lease) => [...choices, ...choices.map((choice) => [...choice, lease])],
    [[]],
  )
}

function taken(scene: Scene): Lease {
  const { asked, story } = scene
  return newLease(scene, { etag: undefined, started: asked, expires: shifted(asked, story.history.leaseMs) })
}

function renewed({ state, asked, story }: Scene, own: Lease): readonly Lease[] {
  const expires = shifted(asked, story.history.leaseMs)
  return state.leases.map((lease) => (lease === own ? { ...own, expires, isFresh: false } : lease))
}
