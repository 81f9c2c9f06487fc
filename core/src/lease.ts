/** The domain as values: who watches, what is watched, and the right to keep watching. */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/**
 * The user whose streams are counted. 1 to 256 bytes of UTF-8, compared byte by byte. No id is `.`
 * or `..`.
 */
export type UserId = Branded<'UserId'>
/** The client's name for one playback. 1 to 128 bytes of UTF-8, without `@`. */
export type StreamId = Branded<'StreamId'>
/** The client's name for one device. 1 to 128 bytes of UTF-8. */
export type DeviceId = Branded<'DeviceId'>
/** The id of a lease: `streamId`, or `streamId@deviceId`. */
export type LeaseId = Branded<'LeaseId'>
/** Changes whenever a lease is admitted again, and so tells a lease from an earlier one. Opaque. */
export type Generation = Branded<'Generation'>

/** Longest `userId`, in bytes of UTF-8. */
export const USER_ID_BYTES_MAX = 256
/** Longest `streamId`, and longest `deviceId`, in bytes of UTF-8. */
export const STREAM_ID_BYTES_MAX = 128
/** Longest lease id, in bytes of UTF-8: a stream id, `@`, a device id. */
export const LEASE_ID_BYTES_MAX = STREAM_ID_BYTES_MAX * 2 + 1

/** What a client says about the stream it wants to run. */
export type StreamDescription = {
  readonly streamId: StreamId
  readonly deviceId?: DeviceId
  readonly deviceType?: string
  readonly contentId?: string
  /** What a viewer would recognise: "Living room TV". */
  readonly label?: string
  /** Free members that rules may ask for, such as `profile`, by name. */
  readonly attributes?: Attributes
  /**
   * The network from which the stream was started, as an opaque text. The service finds it out. A
   * player's own word for it never gets here.
   */
  readonly network?: string
}

/** Texts by name. A name is a lower-case letter, and then letters and digits. */
export type Attributes = Readonly<Record<string, string>>

/** A stream's right to run until `expiresAtMs`. */
export type Lease = StreamDescription & {
  readonly id: LeaseId
  /** The plan it was admitted under, if the caller named one. */
  readonly plan?: string
  readonly startedAtMs: number
  /** The last start or heartbeat. */
  readonly renewedAtMs: number
  /** The instant at which it expires. `null` if it is held until it is stopped. */
  readonly expiresAtMs: number | null
  readonly generation: Generation
  /**
   * What its own player plays, if its start did not say: the first `cid` of a CMCD report on it
   * (CTA-5004-B), or the first content that a heartbeat or a repeated start named.
   */
  readonly reportedContentId?: string
  /**
   * By the player's clock, the time of the report that renewed it last. Absent if something else
   * did.
   */
  readonly reportedAtMs?: number
  /**
   * It runs above the limit, in a plan's grace, until this instant at the latest, unless there is
   * room by then.
   */
  readonly graceUntilMs?: number
  /** The process in whose block of a pool it has its slot, if it counts in a pool. */
  readonly poolProcess?: string
}

/** A value while it is made. */
export type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] }

/** The two instants that a heartbeat moves. */
export type LeaseTimes = Pick<Lease, 'renewedAtMs' | 'expiresAtMs'>

/** What the end of a lease depends on. */
export type LeaseEnds = Pick<Lease, 'expiresAtMs' | 'graceUntilMs'>

/** What a CMCD report says about the lease it renews. */
export type ReportFacts = Pick<Lease, 'reportedContentId' | 'reportedAtMs'>

/** What a renewal writes. `reportedContentId` is written only if the lease has none. */
export type Renewal = LeaseTimes & ReportFacts

/** The lease id of a stream: with a device, two devices on one stream are two leases. */
export function leaseIdOf(stream: Pick<StreamDescription, 'streamId' | 'deviceId'>): LeaseId {
  return (
    stream.deviceId === undefined ? stream.streamId : `${stream.streamId}@${stream.deviceId}`
  ) as LeaseId
}

/**
 * Splits a lease id at its first `@`, which no stream id contains. The parts are as unchecked as
 * the text.
 */
export function splitLeaseId(id: string): { streamId: string; deviceId?: string } {
  const at = id.indexOf('@')
  return at === -1 ? { streamId: id } : { streamId: id.slice(0, at), deviceId: id.slice(at + 1) }
}

/**
 * The instant at which a lease expires. A lease in grace expires with its grace at the latest.
 * `null` if it never does.
 */
export function lapsesAtMs({ expiresAtMs, graceUntilMs }: LeaseEnds): number | null {
  if (graceUntilMs === undefined) return expiresAtMs
  return expiresAtMs === null ? graceUntilMs : Math.min(expiresAtMs, graceUntilMs)
}

/** How long the lease was last renewed for. `null` if it never expires. */
export function leaseLengthMs({ renewedAtMs, expiresAtMs }: Lease): number | null {
  return expiresAtMs === null ? null : expiresAtMs - renewedAtMs
}

/** Live means `nowMs < lapsesAtMs`. At `expiresAtMs` itself the lease has expired. */
export function isLive(lease: Lease, nowMs: number): boolean {
  const endMs = lapsesAtMs(lease)
  return endMs === null || nowMs < endMs
}

/**
 * The lease after a renewal. The first `reportedContentId` stays, and `reportedAtMs` is the
 * renewal's or none.
 */
export function renewedLease(lease: Lease, renewal: Renewal): Lease {
  const { renewedAtMs, expiresAtMs, reportedContentId, reportedAtMs } = renewal
  const renewed: Writable<Lease> = { ...lease, renewedAtMs, expiresAtMs }
  if (reportedContentId !== undefined) renewed.reportedContentId ??= reportedContentId
  if (reportedAtMs !== undefined) renewed.reportedAtMs = reportedAtMs
  else if (renewed.reportedAtMs !== undefined) delete renewed.reportedAtMs
  return renewed
}

/**
 * The instant until which an expired lease is remembered: its own length after its end. A player
 * that is still there has called by then.
 */
export function rememberedUntilMs(lease: LeaseTimes & LeaseEnds): number | null {
  const endMs = lapsesAtMs(lease)
  return endMs === null ? null : endMs + Math.max(0, endMs - lease.renewedAtMs)
}

/**
 * The instants of a lease started or renewed at `nowMs`. `leaseMs` is `null` if leases never
 * expire.
 */
export function leaseTimes(nowMs: number, leaseMs: number | null): LeaseTimes {
  return { renewedAtMs: nowMs, expiresAtMs: leaseMs === null ? null : nowMs + leaseMs }
}
