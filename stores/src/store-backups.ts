/** What a store that is kept in files can do about backups. */

/** How far a copy has got, in bytes. The second number is an estimate. */
export type CopyProgress = { readonly bytes: number; readonly bytesInAll: number }

/** What backing up and restoring have in common. */
type CopyRequest = {
  /** The time of the call. It names files. */
  readonly atMs: number
  /** Ends the copy, which then leaves nothing behind. */
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined
}

/** Where to put a backup. */
export type BackupRequest = CopyRequest & {
  /** A file that is not there yet, or a folder. In a folder the file is named after the time. */
  readonly to: string
}

/** What to restore. */
export type RestoreRequest = CopyRequest & {
  /** A backup, or a folder with backups, of which the newest one is meant. */
  readonly from: string
  /** Whether a store that is there already is replaced. It is kept under another name. */
  readonly isReplacing: boolean
}

/** What was copied. */
export type CopyReport = {
  /** The file that was read. */
  readonly from: string
  /** The file that was written. */
  readonly to: string
  readonly bytes: number
  /** How many users are in it. */
  readonly users: number
  /** Present if a store was replaced: where that one is now. */
  readonly former?: string
}

/** Copies a store into a file, and a file into a store. */
export type StoreBackups = {
  /**
   * Copies the state of one instant, while other processes use the store. The backup appears under
   * its name at the end, complete and flushed.
   *
   * @throws {Error} that says what is wrong, in one line.
   */
  readonly backUp: (request: BackupRequest) => Promise<CopyReport>
  /**
   * Makes a store from a backup. No process may use the store.
   *
   * @throws {Error} that says what is wrong, in one line.
   */
  readonly restore: (request: RestoreRequest) => Promise<CopyReport>
}
