/** Sends a request to a limiter and turns the result into an answer. */
import type { Degraded, DeviceRefusal, HeartbeatResult, Lease, Limiter, PoolRefusal } from '@streamgate/core'
import type { Answer, Errand, Request } from '../history.ts'

/** The methods of a limiter that a run uses. */
export type LimiterVerbs = Pick<
  Limiter,
  'start' | 'heartbeat' | 'stop' | 'playedOut' | 'list' | 'erase' | 'finish' | 'refreshFinished' | 'usePolicy'
>

export function isErrand(asked: Request | Errand): asked is Errand {
  return asked.verb === 'finish' || asked.verb === 'refresh'
}

export async function runErrand(limiter: LimiterVerbs, errand: Errand): Promise<void> {
  await (errand.verb === 'finish' ? limiter.finish(errand.streamId) : limiter.refreshFinished())
}

/** The answer. It may be that the limiter failed. */
export async function answerOf(limiter: LimiterVerbs, request: Request): Promise<Answer> {
  try {
    return await ask(limiter, request)
  } catch (error) {
    return { outcome: 'failed', code: codeOf(error) }
  }
}

async function ask(limiter: LimiterVerbs, request: Request): Promise<Answer> {
  const { verb, user } = request
  switch (verb) {
    case 'start':
      return withoutDevices(await limiter.start(request))
    case 'heartbeat':
      return withoutDevices(await limiter.heartbeat(request))
    case 'stop':
      return limiter.stop(request)
    case 'played-out':
      return limiter.playedOut(request)
    case 'list':
      return { outcome: 'listed', ...(await limiter.list(user)) }
    case 'erase':
      await limiter.erase(user)
      return { outcome: 'erased' }
  }
}

/** The plans of the simulation register no devices, and need their store. */
function withoutDevices(
  result: HeartbeatResult,
): Exclude<HeartbeatResult, Degraded | DeviceRefusal | PoolRefusal> {
  if (result.outcome === 'device-denied' || result.outcome === 'pool-full' || result.outcome === 'degraded') {
    throw new Error('No plan registers devices, there are no pools, and each plan needs its store')
  }
  return result
}

export function leasesIn(answer: Answer): readonly Lease[] {
  return 'live' in answer ? answer.live : 'holders' in answer ? answer.holders : []
}

/**
 * The code of a limiter's error. For any other error it is the text, which the checker reports as a
 * fault.
 */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  return String(error)
}
