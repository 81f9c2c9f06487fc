import type { TenantRef } from './decision.ts'
import type { StreamId } from './lease.ts'
import { tenantNamed } from './placing.ts'
import type { Policy } from './policy/policy.ts'
import { storedStream } from './tenants.ts'
import type { VerbParts } from './verb-parts.ts'

/** A stream that has finished, and for how long that is kept, in milliseconds. */
type Finish = TenantRef & { readonly streamId: StreamId; readonly keptMs: number }

/** Ends a stream for every user: see `Limiter.finish`. */
export async function finish(
  { store, finished, now }: VerbParts,
  policy: Policy,
  { streamId, tenant, keptMs }: Finish,
): Promise<void> {
  const stored = tenant === undefined ? streamId : storedStream(tenantNamed(policy, tenant).scope, streamId)
  const nowMs = now()
  const untilMs = nowMs + keptMs
  await store.noteFinished({ streamId: stored, untilMs }, nowMs)
  finished.learn(stored, untilMs)
}
