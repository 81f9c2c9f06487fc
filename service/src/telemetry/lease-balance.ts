import type { Decision } from './decision-event.ts'

/** How many leases a decision began, less those that it saw end. */
export function leaseBalance({ verb, outcome, ends }: Decision): number {
  const begun = outcome === 'admitted' ? 1 : 0
  const ended = (verb === 'stop' && outcome === 'stopped') || verb === 'lapse' ? 1 : 0
  return begun - ended - (ends?.length ?? 0)
}
