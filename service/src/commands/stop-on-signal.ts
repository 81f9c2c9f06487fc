import { endAtOnce } from '../servers/end-at-once.ts'

/** 128 plus the number of the signal, as a shell reports a process that a signal ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
type StopSignal = keyof typeof EXIT_CODES

/** How a command learns that it should stop. */
export type Stop = {
  /** Raised by the first signal. */
  readonly signal: AbortSignal
  /** The exit code of a command that a signal stopped. `undefined` if none came. */
  readonly exitCode: () => number | undefined
}

/** The first signal asks the command to stop. The second one ends the process at once. */
export function stopOnSignal(): Stop {
  const controller = new AbortController()
  let exitCode: number | undefined
  for (const name of Object.keys(EXIT_CODES) as StopSignal[]) {
    process.on(name, () => {
      if (exitCode !== undefined) endAtOnce()
      exitCode = EXIT_CODES[name]
      controller.abort()
    })
  }
  return { signal: controller.signal, exitCode: () => exitCode }
}
