/** A watch on any host: `createWatch` of the core, for places that are no browser. */
import type { Host } from './host.ts'
import type { WatchOptions } from './types.ts'
import { Watch } from './watch.ts'

export type { Claim, Host, HostEvents, HostRequest, HostResponse, HostStorage } from './host.ts'
export type * from './types.ts'
export type { StartOptions } from './watch.ts'
export { Watch }

/** A watch on this host. It does nothing before its start. Throws if the user is no valid text. */
export function createWatch(options: WatchOptions, host: Host): Watch {
  return new Watch(host, options)
}
