/** Faults of limits, evictions and replacements, as histories. */
import type { Script } from './script.ts'

/** Calls with one answer that cannot be true, and the same calls with right answers. */
export type Planted = Readonly<
  Record<string, { readonly fault: (script: Script) => void; readonly sound: (script: Script) => void }>
>

/** Faults that let too many streams run, or too few, or the wrong ones. */
export const LIMIT_FAULTS: Planted = {
  'the limit is exceeded by one': {
    fault: (script) => {
      for (const id of ['a', 'b']) script.start(id).taken(id === 'a' ? ['a'] : ['a', 'b'])
      script.start('c').taken(['a', 'b', 'c'])
    },
    sound: (script) => {
      for (const id of ['a', 'b']) script.start(id).taken(id === 'a' ? ['a'] : ['a', 'b'])
      script.start('c').denied(['a', 'b'])
    },
  },
  'the limit is exceeded by one, and no answer shows all': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.between(20, 60).start('b').taken(['a', 'b'])
      script.between(20, 60).start('c').taken(['a', 'c'])
      script.list().shows(['a', 'b'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.between(20, 60).start('b').taken(['a', 'b'])
      script.between(20, 60).start('c').denied(['a', 'b'])
      script.list().shows(['a', 'b'])
    },
  },
  'a start is denied while there is room': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.start('b').denied(['a'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
    },
  },
  'a denial names one that was stopped': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
      script.stop('a').done()
      script.start('c').denied(['a', 'b'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
      script.between(30, 60).stop('a').done()
      script.between(30, 60).start('c').denied(['a', 'b'])
    },
  },
  'an evicted stream is revived by its heartbeat': {
    fault: (script) => {
      script.start('a', { plan: 'evict-1' }).taken(['a'])
      script.start('b', { plan: 'evict-1' }).taken(['b'], { ended: ['a'] })
      script.stop('b').done()
      script.heartbeat('a', { plan: 'evict-1' }).taken(['a'])
    },
    sound: (script) => {
      script.start('a', { plan: 'evict-1' }).taken(['a'])
      script.start('b', { plan: 'evict-1' }).taken(['b'], { ended: ['a'] })
      script.stop('b').done()
      script.heartbeat('a', { plan: 'evict-1' }).evictedBy('b')
    },
  },
  'a heartbeat is told 200 after its eviction was acknowledged': {
    fault: (script) => {
      script.start('a', { plan: 'evict-2' }).taken(['a'])
      script.start('b', { plan: 'evict-2' }).taken(['a', 'b'])
      script.start('c', { plan: 'evict-2' }).taken(['b', 'c'], { ended: ['a'] })
      script.heartbeat('a', { plan: 'evict-2' }).renewed(['b', 'c'])
    },
    sound: (script) => {
      script.start('a', { plan: 'evict-2' }).taken(['a'])
      script.start('b', { plan: 'evict-2' }).taken(['a', 'b'])
      script
        .between(30, 60)
        .start('c', { plan: 'evict-2' })
        .taken(['b', 'c'], { ended: ['a'] })
      script.between(30, 60).heartbeat('a', { plan: 'evict-2' }).renewed(['a', 'b'])
    },
  },
  'an evicted stream is denied instead of told which stream evicted it': {
    fault: (script) => {
      script.start('a', { plan: 'evict-1' }).taken(['a'])
      script.start('b', { plan: 'evict-1' }).taken(['b'], { ended: ['a'] })
      script.heartbeat('a', { plan: 'evict-1' }).denied(['b'])
    },
    sound: (script) => {
      script.start('a', { plan: 'evict-1' }).taken(['a'])
      script.start('b', { plan: 'evict-1' }).taken(['b'], { ended: ['a'] })
      script.heartbeat('a', { plan: 'evict-1' }).evictedBy('b')
    },
  },
  'an evicted stream is told of the wrong evictor': {
    fault: (script) => {
      script.start('a', { plan: 'evict-2' }).taken(['a'])
      script.start('b', { plan: 'evict-2' }).taken(['a', 'b'])
      script.start('c', { plan: 'evict-2' }).taken(['b', 'c'], { ended: ['a'] })
      script.heartbeat('a', { plan: 'evict-2' }).evictedBy('b')
    },
    sound: (script) => {
      script.start('a', { plan: 'evict-2' }).taken(['a'])
      script.start('b', { plan: 'evict-2' }).taken(['a', 'b'])
      script.start('c', { plan: 'evict-2' }).taken(['b', 'c'], { ended: ['a'] })
      script.heartbeat('a', { plan: 'evict-2' }).evictedBy('c')
    },
  },
  'the wrong one is evicted': {
    fault: (script) => {
      script.start('a', { plan: 'evict-2' }).taken(['a'])
      script.start('b', { plan: 'evict-2' }).taken(['a', 'b'])
      script.start('c', { plan: 'evict-2' }).taken(['a', 'c'], { ended: ['b'] })
    },
    sound: (script) => {
      script.start('a', { plan: 'idle-2' }).taken(['a'])
      script.start('b', { plan: 'idle-2' }).taken(['a', 'b'])
      script.heartbeat('a', { plan: 'idle-2' }).renewed(['a', 'b'])
      script.start('c', { plan: 'idle-2' }).taken(['a', 'c'], { ended: ['b'] })
    },
  },
  'a stream is evicted though there was room': {
    fault: (script) => {
      script.start('a', { plan: 'evict-2' }).taken(['a'])
      script.start('b', { plan: 'evict-2' }).taken(['b'], { ended: ['a'] })
    },
    sound: (script) => {
      script.start('a', { plan: 'evict-2' }).taken(['a'])
      script.start('b', { plan: 'evict-2' }).taken(['a', 'b'])
    },
  },
  'a start that replaces a stream shows it as running': {
    fault: (script) => {
      script.between(0, 50).start('c', { replaces: 'b' }).taken(['b', 'c'])
      script.between(0, 50).start('b').taken(['b'])
    },
    sound: (script) => {
      script.between(0, 50).start('c', { replaces: 'b' }).taken(['c'])
      script.between(0, 50).start('b').taken(['c', 'b'])
    },
  },
  'a start that renews its own lease leaves the replaced one running': {
    fault: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
      script.start('a', { replaces: 'b' }).renewed(['a', 'b'])
    },
    sound: (script) => {
      script.start('a').taken(['a'])
      script.start('b').taken(['a', 'b'])
      script.start('a', { replaces: 'b' }).renewed(['a'], { ended: ['b'] })
      script.heartbeat('b').evictedBy('a', { by: { id: 'a', label: 'call 2' }, atMs: 1_000_027 })
    },
  },
  'a device keeps its former stream': {
    fault: (script) => {
      script.start('a', { plan: 'device-2', deviceId: 'tv' }).taken(['a@tv'])
      script.start('b', { plan: 'device-2', deviceId: 'tv' }).taken(['a@tv', 'b@tv'])
    },
    sound: (script) => {
      script.start('a', { plan: 'device-2', deviceId: 'tv' }).taken(['a@tv'])
      script.start('b', { plan: 'device-2', deviceId: 'tv' }).taken(['b@tv'], { ended: ['a@tv'] })
    },
  },
}
