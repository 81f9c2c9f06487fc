/** Faults about leases that expire during a history. Each lease lasts a second. */
import type { Planted } from './planted-limits.ts'

/** The service reads its clock in the middle of each call. */
export const LAPSE_FAULTS: Planted = {
  'a lease counts after its end': {
    fault: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.between(1006, 1020).start('b', { plan: 'deny-1' }).denied(['a'], { retryAfterSeconds: 1 })
    },
    sound: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.between(1004, 1020).start('b', { plan: 'deny-1' }).denied(['a'], { retryAfterSeconds: 1 })
    },
  },
  'a lease does not count before its end': {
    fault: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.between(980, 1004).start('b', { plan: 'deny-1' }).taken(['b'])
    },
    sound: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.between(980, 1005).start('b', { plan: 'deny-1' }).taken(['b'])
    },
  },
  'of two leases, the one that ends later is shown as expired': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
      script.between(990, 1050).list().shows(['a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
      script.between(990, 1050).list().shows(['b'])
    },
  },
  'an expired lease is revived beside the one that took its slot': {
    fault: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.between(1100, 1110).start('b', { plan: 'deny-1' }).taken(['b'])
      script.between(1120, 1130).heartbeat('a', { plan: 'deny-1' }).renewed(['a', 'b'])
    },
    sound: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.between(1100, 1110).start('b', { plan: 'deny-1' }).taken(['b'])
      script.stop('b').done()
      script.heartbeat('a', { plan: 'deny-1' }).taken(['a'])
    },
  },
  'a live lease is said to be over': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script
        .between(900, 1000)
        .heartbeat('a', { ifMatch: script.granted.get('a')?.etag ?? '' })
        .ended()
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script
        .between(900, 1010)
        .heartbeat('a', { ifMatch: script.granted.get('a')?.etag ?? '' })
        .ended()
    },
  },
  'a stop lasts no longer than its lease': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.stop('a').done()
      script.between(900, 1000).heartbeat('a').taken(['a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.stop('a').done()
      script.between(1025, 1035).heartbeat('a').taken(['a'])
    },
  },
  'a wait is not until the first expiry': {
    fault: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.start('b', { plan: 'deny-1' }).denied(['a'], { retryAfterSeconds: 2 })
    },
    sound: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.start('b', { plan: 'deny-1' }).denied(['a'], { retryAfterSeconds: 1 })
    },
  },
}
