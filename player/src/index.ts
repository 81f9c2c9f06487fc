/** The SDK in a browser. */
import { browserHost } from './browser/browser-host.ts'
import type { Host } from './core/host.ts'
import type { WatchOptions } from './core/types.ts'
import { Watch } from './core/watch.ts'

export type * from './core/types.ts'
export type { Host } from './core/host.ts'
export type { StartOptions } from './core/watch.ts'
export { Watch }

/**
 * A watch in this page. It does nothing before its start. Throws if the user is no valid text.
 * Another `host` makes it run elsewhere.
 */
export function createWatch(options: WatchOptions, host: Host = browserHost()): Watch {
  return new Watch(host, options)
}
