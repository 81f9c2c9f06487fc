/**
 * What a watch needs of the place it runs in: a browser, React Native, Node or a test. The core
 * knows no other clock, timer or network.
 */

/** A request as `fetch` takes it. */
export type HostRequest = {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly keepalive?: boolean
  readonly signal?: unknown
}

/** An answer as `fetch` gives it, as far as it is read. */
export type HostResponse = {
  readonly status: number
  readonly headers: { readonly get: (name: string) => string | null }
  readonly json: () => Promise<unknown>
}

/** `localStorage`, AsyncStorage, or anything like them. It may throw or reject. */
export type HostStorage = {
  readonly getItem: (key: string) => string | null | Promise<string | null>
  readonly setItem: (key: string, value: string) => unknown
}

/** What is to be called when something happens to the page or the app. */
export type HostEvents = {
  /** The page is left. It may be kept, and come back. */
  readonly onLeave?: () => void
  /** The page that was left came back as it was. */
  readonly onReturn?: () => void
  /**
   * The device woke, the page is visible or the network is back. `isUrgent`: another page of this
   * device has started a stream, which may have ended this one.
   */
  readonly onWake?: (isUrgent?: boolean) => void
}

/** A claim on a name among the pages of one device. The newest claim wins. */
export type Claim = {
  readonly isMine: () => boolean
  readonly release: () => void
}

/** The place that a watch runs in. */
export type Host = {
  readonly fetch: (url: string, request: HostRequest) => Promise<HostResponse>
  /** The time of day in ms. It may jump. */
  readonly now: () => number
  /** At least 0, less than 1. */
  readonly random: () => number
  readonly setTimeout: (run: () => void, ms: number) => unknown
  readonly clearTimeout: (timer: unknown) => void
  readonly storage?: HostStorage | undefined
  /** Calls back from now on. Returns a function that ends that. */
  readonly listen?: ((events: HostEvents) => () => void) | undefined
  /** A POST without headers that outlives the page: `navigator.sendBeacon`. False: not sent. */
  readonly beacon?: ((url: string) => boolean) | undefined
  readonly claim?: ((name: string) => Claim) | undefined
  /** Told what a listener of the application threw. */
  readonly report?: ((error: unknown) => void) | undefined
}
