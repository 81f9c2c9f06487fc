/**
 * The contract as a model: how a call with this answer changes a user's state, or why it cannot be
 * true.
 */
import type { Answer, HeartbeatQuestion, StartQuestion } from '../history.ts'
import { heartbeatRenewed, heartbeatTaken, startRenewed, startTaken } from './granting.ts'
import { heartbeatLost, startLost } from './lost.ts'
import { heartbeatDenied, listed, startDenied } from './refusing.ts'
import { answered, type Scene, type Step } from './scene.ts'
import { erased, stopped } from './stopping.ts'
import { toldEnded, toldEvicted } from './telling.ts'

/** The states that the call can leave. A text says why its answer cannot be true here. */
export function outcomesOf(scene: Scene): Step {
  const { question, call } = scene
  const answer = call.end?.answer
  switch (question.kind) {
    case 'start':
      return answer === undefined
        ? startLost({ ...scene, question })
        : outcomesOfStart({ ...scene, question }, answer)
    case 'heartbeat':
      return answer === undefined
        ? heartbeatLost({ ...scene, question })
        : outcomesOfHeartbeat({ ...scene, question }, answer)
    case 'stop':
      return refusedUnless(answer, 204) ?? stopped({ ...scene, question })
    case 'erase':
      return refusedUnless(answer, 204) ?? erased(scene)
    case 'list':
      return answer === undefined ? [] : (refusedUnless(answer, 200) ?? listed(answered(scene, answer)))
  }
}

function outcomesOfStart(scene: Scene<StartQuestion>, answer: Answer): Step {
  const { status, problem } = answer
  if (status === 201) return startTaken(answered(scene, answer))
  if (status === 200) return startRenewed(answered(scene, answer))
  if (status === 409 && problem === 'stream-limit-reached') return startDenied(answered(scene, answer))
  return unexpected(answer)
}

function outcomesOfHeartbeat(scene: Scene<HeartbeatQuestion>, answer: Answer): Step {
  const { status, problem } = answer
  if (status === 200) return heartbeatRenewed(answered(scene, answer))
  if (status === 201) return heartbeatTaken(answered(scene, answer))
  if (status === 409 && problem === 'stream-limit-reached') return heartbeatDenied(answered(scene, answer))
  if (status === 410 && problem === 'stream-evicted') return toldEvicted(answered(scene, answer))
  if (status === 410 && problem === 'stream-ended') return toldEnded(answered(scene, answer))
  return unexpected(answer)
}

/** A lost answer counts as the answer that was due. */
function refusedUnless(answer: Answer | undefined, status: number): string | undefined {
  return answer === undefined || answer.status === status ? undefined : unexpected(answer)
}

function unexpected({ status, problem }: Answer): string {
  return `${status} ${problem ?? ''} is not an answer to this call`
}
