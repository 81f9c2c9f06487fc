/** The command did what it was asked to do. */
export const DONE = 0
/** The command failed. */
export const FAILED = 1
/** The command line makes no sense. */
export const MISUSED = 2
