/**
 * The app on a port of its own.
 */
import type { AnsweringApp } from '../api/app.ts'
import { HttpEndpoint } from './http-endpoint.ts'
import { Listener } from './listener.ts'

/** A server that accepts requests. */
export type RunningServer = {
  readonly url: string
  /** From now on every answer asks its client to close the connection. */
  readonly startDraining: () => void
  /**
   * Closes the port and finishes requests under way. Resolves when all are answered, or after
   * `limitMs`.
   */
  readonly close: (limitMs: number) => Promise<{ readonly unfinished: number }>
}

/** @throws {NodeJS.ErrnoException} if the address is not available. */
export async function listen(
  app: AnsweringApp,
  address: { host: string; port: number },
): Promise<RunningServer> {
  const endpoint = new HttpEndpoint(app)
  const listener = await Listener.open({ ...address, onConnection: (socket) => endpoint.take(socket) })
  return {
    url: listener.url,
    startDraining: () => endpoint.startDraining(),
    close: async (limitMs) => {
      await endpoint.whileHeld(() => listener.close())
      return endpoint.close(limitMs)
    },
  }
}
