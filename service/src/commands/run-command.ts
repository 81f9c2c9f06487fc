import { ConfigError } from '../settings/config-error.ts'
import { LISTEN_ADVICE } from '../settings/listen-advice.ts'
import { reasonOf } from '../text/reason.ts'
import { FAILED, MISUSED } from './exit-codes.ts'

/**
 * Runs a command and sets the exit code of the process. An error becomes a line on standard error.
 */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults : [advice(error)]
    for (const fault of faults) process.stderr.write(`streamgate: ${fault}\n`)
    process.exitCode = error instanceof ConfigError ? MISUSED : FAILED
  }
}

/** Why the command failed and, if that is known, what to do about it. */
function advice(error: unknown): string {
  const reason = reasonOf(error)
  const known = Object.entries(LISTEN_ADVICE).find(([code]) => reason.includes(code))
  return known === undefined ? reason : `${reason}: ${known[1]}`
}
