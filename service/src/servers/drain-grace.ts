import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../settings/settings.ts'

/**
 * Waits between the signal to stop and the closing of the port.
 *
 * Ctrl-C at a terminal closes it at once. Otherwise load balancers get time to choose another
 * process. The wait does not keep a process alive that has nothing else to do.
 */
export async function graceOf({ drainSeconds }: Config, signal: NodeJS.Signals): Promise<void> {
  if (signal !== 'SIGINT') await pause(drainSeconds * 1000, undefined, { ref: false })
}
