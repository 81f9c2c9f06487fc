import { lapsesAtMs, type Degraded, type Grant, type Lease, type Pace, type Paces } from '@streamgate/core'
import type { PlaybackClaims } from './playback-claims.ts'
import { isTokenDue, paceTold, tokenEndMs, type RenewedLease } from './token-times.ts'

/** A token, and the second at which it expires, in milliseconds since the epoch. */
export type IssuedToken = { readonly token: string; readonly endMs: number }

/** Whose stream may run. */
export type TokenHolder = { readonly user: string; readonly tenant: string | undefined }

/** What an issuer needs. */
export type IssuerParts = {
  /** Signs claims. */
  readonly sign: (claims: PlaybackClaims) => string | Promise<string>
  /** The paces of the policy in force. */
  readonly paces: () => Paces
}

type Facts = Pick<PlaybackClaims, 'sid' | 'contentId' | 'generation'> & {
  readonly lease: RenewedLease
  readonly pace: Pace
}

/** Issues playback tokens for streams that may run. It keeps nothing about the tokens it issued. */
export class TokenIssuer {
  readonly #parts: IssuerParts

  constructor(parts: IssuerParts) {
    this.#parts = parts
  }

  /** A token, if one is due: with each start, and with each heartbeat that needs one. */
  forGrant(
    holder: TokenHolder,
    { lease, heartbeatSeconds, outcome }: Grant,
    isStart: boolean,
  ): IssuedToken | Promise<IssuedToken> | undefined {
    const { pace, isLonger } = paceTold(this.#parts.paces(), heartbeatSeconds)
    const renewed = renewedLeaseOf(lease)
    const isDue = isStart || outcome === 'admitted' || isLonger || isTokenDue(renewed, pace)
    if (!isDue) return undefined
    const { id: sid, contentId = lease.reportedContentId, generation } = lease
    return this.#issued(holder, { sid, contentId, generation, lease: renewed, pace })
  }

  /** A token for a stream that runs without a lease, because the store does not answer. */
  forDegraded(
    holder: TokenHolder,
    { id: sid, stream, heartbeatSeconds, startedAtMs, untilMs }: Degraded,
  ): IssuedToken | Promise<IssuedToken> {
    const { pace } = paceTold(this.#parts.paces(), heartbeatSeconds)
    const lease = { startedAtMs, renewedAtMs: startedAtMs, lapsesAtMs: untilMs, isInGrace: false }
    return this.#issued(holder, { sid, contentId: stream.contentId, lease, pace })
  }

  #issued(
    { user, tenant }: TokenHolder,
    { sid, contentId, generation, lease, pace }: Facts,
  ): IssuedToken | Promise<IssuedToken> {
    const iat = Math.floor(lease.renewedAtMs / 1000)
    const exp = Math.floor(tokenEndMs(lease, pace) / 1000)
    const token = this.#parts.sign({ sub: user, sid, contentId, tenant, generation, iat, exp })
    const endMs = exp * 1000
    return typeof token === 'string' ? { token, endMs } : token.then((text) => ({ token: text, endMs }))
  }
}

function renewedLeaseOf(lease: Lease): RenewedLease {
  const { startedAtMs, renewedAtMs, graceUntilMs } = lease
  return {
    startedAtMs,
    renewedAtMs,
    lapsesAtMs: lapsesAtMs(lease),
    isInGrace: graceUntilMs !== undefined,
  }
}
