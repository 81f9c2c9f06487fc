import { PORT } from './port-setting.ts'

/**
 * Where a service with this environment listens, on the loopback. It reads the environment beside
 * `settings.ts`, because a health check runs every few seconds and loads as little as it can.
 */
export function healthAddress(environment: Readonly<NodeJS.ProcessEnv> = process.env): string {
  return `http://127.0.0.1:${environment[PORT.variable] ?? PORT.fallback}`
}
