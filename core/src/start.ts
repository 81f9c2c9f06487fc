import { answer } from './answer.ts'
import { FINISHED, type StartRequest, type StartResult } from './decision.ts'
import type { Policy } from './policy/policy.ts'
import type { Roster } from './roster.ts'
import { admit } from './rules/admission.ts'
import { scopeOf } from './tenants.ts'
import { startTerms } from './terms.ts'
import type { VerbParts } from './verb-parts.ts'

/** Judges a start, writes what was decided, and answers: see `Limiter.start`. */
export async function start(parts: VerbParts, policy: Policy, request: StartRequest): Promise<StartResult> {
  const { user, stream, replaces } = request
  const terms = startTerms(parts, policy, request)
  if (parts.finished.has(stream.streamId, parts.now(), scopeOf(user))) return FINISHED
  const decide = (roster: Roster, nowMs: number) => admit(roster, terms.claim, nowMs)
  // A stream that replaces another is sure to meet a roster with something in it, so it looks
  // before it writes.
  const settled =
    replaces === undefined
      ? await parts.settler.settleUnseen(user, decide)
      : await parts.settler.settle(user, await parts.store.read(user), decide)
  return answer(parts, terms, settled)
}
