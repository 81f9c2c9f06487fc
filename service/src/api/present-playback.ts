/**
 * Answers with playback tokens. It is chosen when the service is put together, so that a service
 * without them does not ask at each call.
 */
import type { Judged, ToldResult } from './asked.ts'
import { presentResult } from './present.ts'
import type { Outcome, Service } from './route.ts'
import type { IssuedToken, TokenIssuer } from '../playback/token-issuer.ts'

/** The presenter of a service with these tokens, or without any. */
export function presenterFor(issuer: TokenIssuer | undefined): Service['present'] {
  if (issuer === undefined) return presentPlainly
  return (judged) => {
    const playback = tokenFor(issuer, judged)
    if (playback === undefined) return presentPlainly(judged)
    return playback instanceof Promise
      ? playback.then((token) => withToken(judged, token))
      : withToken(judged, playback)
  }
}

function presentPlainly({ asked, result, ...told }: Judged): Outcome {
  return presentResult(asked, told, result)
}

function withToken({ asked, result, ...told }: Judged, playback: IssuedToken): Outcome {
  const withPlayback: ToldResult = { ...result, playback }
  return presentResult(asked, told, withPlayback)
}

function tokenFor(
  issuer: TokenIssuer,
  { asked: { verb, tenant }, user, result }: Judged,
): IssuedToken | Promise<IssuedToken> | undefined {
  const { outcome } = result
  if (outcome === 'degraded') return issuer.forDegraded({ user, tenant }, result)
  if (outcome === 'admitted' || outcome === 'renewed') {
    return issuer.forGrant({ user, tenant }, result, verb === 'start')
  }
  return undefined
}
