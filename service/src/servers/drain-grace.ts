import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../settings/settings.ts'

/**
 * The time between the signal to stop and the closing of the port: somebody at a terminal waits for nothing, a load
 * balancer gets time to look elsewhere. It holds up no process that has nothing else to wait for.
 */
export async function graceOf({ drainSeconds }: Config, signal: NodeJS.Signals): Promise<void> {
  if (signal !== 'SIGINT') await pause(drainSeconds * 1000, undefined, { ref: false })
}
