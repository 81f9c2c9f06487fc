import type { Paces } from '@streamgate/core'
import type { Decisions } from '../telemetry/decision-event.ts'
import { claimsOfJws, jwsBy } from './jws.ts'
import type { PlaybackClaims } from './playback-claims.ts'
import type { PathTemplate } from './path-template.ts'
import type { PlaybackKeys } from './playback-keys.ts'
import { Revocations } from './revocations.ts'
import { revokedBy } from './revoked-by.ts'
import { TokenCheck } from './token-check.ts'
import { TokenIssuer } from './token-issuer.ts'
import { longestLifeMs } from './token-times.ts'

/** All that a service with playback tokens does for them. */
export type Playback = {
  readonly issuer: TokenIssuer
  readonly check: TokenCheck
  readonly revocations: Revocations
  /** The public keys, as a JSON Web Key Set in JSON. */
  readonly jwks: string
  /** Adds what these decisions revoke to the revocations. */
  readonly decided: (decisions: Decisions | undefined) => void
}

/** What it is made from. */
export type PlaybackParts = {
  readonly keys: PlaybackKeys
  readonly format: 'jwt' | 'cat'
  readonly template: PathTemplate
  readonly paces: () => Paces
  readonly nowMs: () => number
  /** Tells this process from every other. */
  readonly name: string
}

/** The playback tokens of one process. */
export async function openPlayback({
  keys,
  format,
  template,
  paces,
  nowMs,
  name,
}: PlaybackParts): Promise<Playback> {
  const revocations = new Revocations({ name, nowMs })
  const { sign, claimsOf } = await formatOf(format, keys, template)
  return {
    issuer: new TokenIssuer({ sign, paces }),
    check: new TokenCheck({ claimsOf, template, revocations, nowMs }),
    revocations,
    jwks: JSON.stringify({ keys: keys.published }),
    decided: (decisions) => {
      const revoked = revokedBy(decisions, { nowMs: nowMs(), lifeMs: longestLifeMs(paces()) })
      if (revoked.length > 0) revocations.add(revoked)
    },
  }
}

type Format = {
  readonly sign: (claims: PlaybackClaims) => string | Promise<string>
  readonly claimsOf: (token: string) => PlaybackClaims | undefined
}

/** CBOR is loaded only if it is asked for. */
async function formatOf(
  format: PlaybackParts['format'],
  keys: PlaybackKeys,
  template: PathTemplate,
): Promise<Format> {
  if (format === 'jwt') return { sign: jwsBy(keys.signer), claimsOf: (token) => claimsOfJws(token, keys) }
  const { catBy, claimsOfCat } = await import('./cat.ts')
  return { sign: catBy(keys.signer, template), claimsOf: (token) => claimsOfCat(token, keys) }
}
