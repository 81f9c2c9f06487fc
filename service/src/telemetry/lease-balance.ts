import type { Decision } from './decision-event.ts'

/** How many leases a decision began, less those that it saw end. */
export function leaseBalance({ verb, outcome, ends, isDegraded }: Decision): number {
  const begun = outcome === 'admitted' && isDegraded !== true ? 1 : 0
  const ended = (verb === 'stop' && outcome === 'stopped') || verb === 'lapse' ? 1 : 0
  return begun - ended - (ends?.length ?? 0)
}
