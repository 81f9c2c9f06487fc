import type { StoreFinding } from '@streamgate/stores/engine'

/** One thing that was looked at. */
export type Finding = StoreFinding

/** Nothing is wrong. */
export function ok(check: string, found: string): Finding {
  return { check, state: 'ok', found }
}

/** Something may go wrong later. */
export function warning(check: string, found: string, todo: string): Finding {
  return { check, state: 'warning', found, todo }
}

/** The service does not start, or does not work. */
export function fault(check: string, found: string, todo: string): Finding {
  return { check, state: 'fault', found, todo }
}
