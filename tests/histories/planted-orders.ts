/** Faults of stops, repeated and lost calls, and of what is shown, as histories. */
import type { Planted } from './planted-limits.ts'

/** Faults after which no order of the calls explains the answers. */
export const ORDER_FAULTS: Planted = {
  'a stop does not free its slot': {
    fault: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.stop('a').done()
      script.start('b', { plan: 'deny-1' }).denied(['a'])
    },
    sound: (script) => {
      script.start('a', { plan: 'deny-1' }).taken(['a'])
      script.stop('a').lost()
      script.start('b', { plan: 'deny-1' }).denied(['a'])
    },
  },
  'a stop of a stale generation ends the new one': {
    fault: (script) => {
      script.start('a').taken(['a'])
      const ifMatch = script.granted.get('a')?.etag ?? ''
      script.stop('a').done()
      script.start('a').taken(['a'])
      script.stop('a', { ifMatch }).done()
      script.list().shows([], { limit: 3 })
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      const ifMatch = script.granted.get('a')?.etag ?? ''
      script.stop('a').done()
      script.start('a').taken(['a'])
      script.stop('a', { ifMatch }).done()
      script.list().shows(['a'])
    },
  },
  'a repeated start takes two slots': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.start('a').taken(['a', 'a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.start('a').renewed(['a'])
    },
  },
  'a repeated start whose first answer was lost takes two slots': {
    fault: (script) => {
      script.start('a').lost()
      script.start('a').renewed(['a', 'a'])
    },
    sound: (script) => {
      script.start('a').lost()
      script.start('a').renewed(['a'])
    },
  },
  'two leases have one ETag': {
    fault: (script) => {
      script.start('a').taken(['a'], { etag: 'same' })
      script.start('b').taken(['a', 'b'], { etag: 'same' })
    },
    sound: (script) => {
      script.start('a').taken(['a'], { etag: 'one' })
      script.start('b').taken(['a', 'b'], { etag: 'other' })
    },
  },
  'a list shows an impossible state': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.between(20, 90).stop('a').done()
      script.between(20, 90).start('b').taken(['b'])
      script.between(20, 90).list().shows(['a', 'b'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.between(20, 90).stop('a').done()
      script.between(20, 90).start('b').taken(['b'])
      script.between(20, 90).list().shows(['b'])
    },
  },
  'two lists show two orders of the same two calls': {
    fault: (script) => {
      script.between(0, 90).start('a').taken(['a', 'b'])
      script.between(0, 90).start('b').taken(['a', 'b'])
    },
    sound: (script) => {
      script.between(0, 90).start('a').taken(['a'])
      script.between(0, 90).start('b').taken(['a', 'b'])
    },
  },
  'a list shows an older state than an answer before it': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
      script.list().shows(['a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.between(20, 90).start('b').taken(['a', 'b'])
      script.between(20, 90).list().shows(['a'])
    },
  },
  'a lost start takes effect before it was sent': {
    fault: (script) => {
      script.list().shows(['a'], { streams: [{ id: 'a' }] })
      script.start('a').lost()
    },
    sound: (script) => {
      script.start('a').lost()
      script.list().shows(['a'], { streams: [{ id: 'a' }] })
    },
  },
  'a heartbeat with If-Match renews another generation': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.heartbeat('a', { ifMatch: 'older' }).renewed(['a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.heartbeat('a', { ifMatch: 'older' }).ended()
    },
  },
  'a stopped stream comes back by a late heartbeat': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.stop('a').done()
      script.heartbeat('a').taken(['a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.stop('a').done()
      script.heartbeat('a').ended()
      script.start('a').taken(['a'])
    },
  },
  'an erased user still holds a stream': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.erase().done()
      script.list().shows(['a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.erase().done()
      script.list().shows([], { limit: 3 })
    },
  },
  'a call is answered with a server error': {
    fault: (script) => script.start('a').answered({ status: 500, problem: 'internal-error' }),
    sound: (script) => script.start('a').lost(),
  },
}
