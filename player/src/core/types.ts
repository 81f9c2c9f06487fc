/** What applications pass to a watch, and what it tells them. */

/** The device that plays. */
export type Device = {
  /** Stays the same over all playbacks. By default the SDK makes one and keeps it in storage. */
  readonly id?: string
  /** `tv`, `mobile`, `web` or any other name that the plan knows. */
  readonly type?: string
  /** What the viewer would recognise, such as "Living room TV". */
  readonly label?: string
}

/** Who watches what, and with which service. */
export type WatchOptions = {
  /** The address of the service, such as `https://streams.example.com`. */
  readonly service: string
  readonly user: string
  /**
   * The same id for all viewers of a live event, so that it can be finished for all of them.
   * By default each start has an id of its own.
   */
  readonly streamId?: string
  /** What is watched. */
  readonly contentId?: string
  /** `false` sends no id, so that each tab counts as a stream of its own. */
  readonly device?: Device | false
  /** The plan of the user. Services that check tokens take it from the token instead. */
  readonly plan?: string
  /** Whatever else the rules of the plan count by. */
  readonly attributes?: Readonly<Record<string, string>>
  /**
   * Sent as `Authorization: Bearer`. A function is asked before each call, and again with `true`
   * if the service refused its token.
   */
  readonly token?: string | ((isRefused: boolean) => string | Promise<string>)
}

/** A problem as the service tells it (RFC 9457). `status` is 0 if there was no answer. */
export type Problem = {
  readonly status: number
  readonly type?: string
  readonly title?: string
  readonly detail?: string
  readonly [member: string]: unknown
}

/** A stream that runs, as the service answers it. Instants are RFC 3339. */
export type Stream = {
  readonly id: string
  readonly streamId: string
  readonly startedAt: string
  /** `null`: it is held until it is stopped. */
  readonly expiresAt: string | null
  readonly heartbeatSeconds: number | null
  readonly limit: number
  readonly active?: number
  /** The service could not reach its store, and lets the stream run nevertheless. */
  readonly degraded?: boolean
  readonly [member: string]: unknown
}

/** A stream, or a registered device, that stands in the way. Instants are RFC 3339. */
export type Holder = {
  /** For `takeOver`. */
  readonly id: string
  readonly label?: string
  readonly deviceId?: string
  readonly deviceType?: string
  readonly contentId?: string
  readonly startedAt?: string
  readonly lastSeenAt?: string
}

/**
 * Why a stream may not start. `limit`, `devices` and `pool`: a limit of streams, registered devices
 * or viewers is reached. `finished`: there is nothing more to watch. `refused`: the call is wrong
 * or not allowed. `unreachable`: no answer after all attempts. `stopped`: `stop` was called before
 * there was an answer.
 */
export type DeniedReason = 'limit' | 'devices' | 'pool' | 'finished' | 'refused' | 'unreachable' | 'stopped'

/** The stream may not start. */
export type Denied = {
  readonly admitted?: undefined
  readonly denied: DeniedReason
  /** The oldest of those that stand in the way. */
  readonly holders: readonly Holder[]
  /** How many more there are. */
  readonly more: number
  /** The limit that was reached. */
  readonly rule: Readonly<Record<string, unknown>> | undefined
  /** After how many seconds it makes sense to ask again. */
  readonly retryAfterSeconds: number | undefined
  readonly problem: Problem
  /**
   * "Stop those and watch here": ends these streams, or removes these devices, and starts in the
   * same step. Without ids it takes as many as are needed.
   */
  readonly takeOver: (ids?: readonly string[]) => Promise<StartResult>
}

/** What came of a start. */
export type StartResult = { readonly admitted: Stream; readonly denied?: undefined } | Denied

/** Why a stream that ran may not go on. */
export type Lost =
  | {
      readonly why: 'evicted'
      /** The stream that took the slot. */
      readonly by: Holder
      /** It runs on this very device, for instance in another tab. */
      readonly isSameDevice: boolean
      readonly problem: Problem
      /** Takes the slot back. */
      readonly takeOver: () => Promise<StartResult>
    }
  | { readonly why: 'finished'; readonly problem: Problem }
  | {
      readonly why: 'ended'
      /** What support tells the viewer. Absent if the stream was stopped by another call. */
      readonly reason: string | undefined
      readonly problem: Problem
    }
  /** The slot expired, for instance while the device slept, and others have it. */
  | ({ readonly why: 'denied' } & Denied)

/** What a watch tells, and with what. */
export type WatchEvents = {
  /** The stream may run. Stop waiting, and play. */
  readonly admitted: Stream
  /** The stream may not start. Do not play. */
  readonly denied: Denied
  /** The stream may not go on. Stop the player. */
  readonly lost: Lost
  /** The service does not answer. Play on: the watch keeps trying. */
  readonly degraded: Problem
  /** It answers again. */
  readonly recovered: Stream
  /** Anything changed: the new state. */
  readonly change: WatchState
}

/** Where a watch stands. A new object after each change. */
export type WatchState = {
  readonly phase: 'idle' | 'starting' | 'watching'
  readonly stream?: Stream | undefined
  readonly denied?: Denied | undefined
  readonly lost?: Lost | undefined
  readonly isDegraded?: boolean | undefined
}
