/** A server that holds the service's data for one run. */
export type StoreServer = {
  /** Its address, as the service's flag. */
  readonly store: string
  /** What the service finds it by. */
  readonly environment: Readonly<Record<string, string>>
  /** The clock skew that the service is told. */
  readonly skewMs: number
  readonly stop: () => Promise<void>
}
