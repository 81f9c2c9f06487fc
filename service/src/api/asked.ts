import type { HeartbeatResult, UserId } from '@streamgate/core'
import type { IssuedToken } from '../playback/token-issuer.ts'
import type { Decision } from '../telemetry/decision-event.ts'

/** The request of a decision, as far as the log keeps it. */
export type Asked = Pick<
  Decision,
  | 'verb'
  | 'user'
  | 'tenant'
  | 'lease'
  | 'deviceType'
  | 'contentId'
  | 'attributes'
  | 'network'
  | 'replaces'
  | 'isPlanNamed'
  | 'isPlanUnknown'
  | 'hasIfMatch'
  | 'isReport'
>

/** The result of a start or a heartbeat, with the playback token of a stream that may run. */
export type ToldResult = HeartbeatResult & { readonly playback?: IssuedToken | undefined }

/** A start or a heartbeat, for its presenter. */
export type Judged = {
  readonly asked: Asked
  readonly user: UserId
  /** By which a page ends the stream without a header. */
  readonly stopToken?: string | undefined
  readonly result: HeartbeatResult
}
