/**
 * What one worker revoked, on its way to the others. So a verifier may ask any of them.
 */
import cluster from 'node:cluster'
import type { Revocation, Revocations } from '../playback/revocations.ts'

type RevokedMessage = { readonly kind: 'revoked'; readonly revoked: readonly Revocation[] }

/** In the primary: sends what a worker revoked to all others. */
export function relayRevocations(): void {
  cluster.on('message', (origin, message: RevokedMessage) => {
    if (message.kind !== 'revoked') return
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker !== undefined && worker.id !== origin.id && worker.isConnected()) worker.send(message)
    }
  })
}

/** In a worker: tells the others what this one revokes, and learns from them. */
export function shareRevocations(list: Revocations): void {
  list.onOwn((revoked) => {
    const message: RevokedMessage = { kind: 'revoked', revoked }
    if (process.connected) process.send?.(message)
  })
  process.on('message', (message: RevokedMessage) => {
    if (message.kind === 'revoked') list.learn(message.revoked)
  })
}
