/** What a playback token says. Verifiers read the same names. */
export type PlaybackClaims = {
  /** The user. */
  readonly sub: string
  /** The id of the lease: `streamId`, or `streamId@deviceId`. */
  readonly sid: string
  /** What may be played. Without it, a verifier that compares paths lets nothing through. */
  readonly contentId?: string | undefined
  /** The tenant of the user, if not the default one. */
  readonly tenant?: string | undefined
  /** Tells the lease from an earlier one. Absent if the store did not answer. */
  readonly generation?: string | undefined
  /** Seconds since the epoch: issued at, and expires at. */
  readonly iat: number
  readonly exp: number
}
