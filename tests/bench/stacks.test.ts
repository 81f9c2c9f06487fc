import { describe, expect, it } from 'vitest'
import { roomOf, sharesByRoom, stacksOf, type CpuProfile } from '../../bench/stacks.ts'

const APP = 'file:///x/service/src/api/app.ts'
/** root → handle → admit, and root → (idle). A sample every 10 µs. */
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: { functionName: '(root)', url: '' }, children: [2, 4] },
    { id: 2, callFrame: { functionName: 'handle', url: APP }, children: [3] },
    { id: 3, callFrame: { functionName: 'admit', url: 'file:///x/core/src/rules/admission.ts' } },
    { id: 4, callFrame: { functionName: '(idle)', url: '' } },
  ],
  startTime: 1000,
  endTime: 1070,
  samples: [2, 2, 3, 3, 3, 4, 2],
  timeDeltas: [10, 10, 10, 10, 10, 10, 10],
}

describe('stacks of a profile', () => {
  it('lie in the window, from the outermost function in, without idle time', () => {
    const stacks = stacksOf(PROFILE, { from: 1020, to: 1060 })
    expect(stacks).toEqual([
      { frames: [{ name: 'handle', room: 'service/api' }], microseconds: 10 },
      {
        frames: [
          { name: 'handle', room: 'service/api' },
          { name: 'admit', room: 'core' },
        ],
        microseconds: 30,
      },
    ])
  })

  it('give each room the time of its own code', () => {
    const shares = sharesByRoom(stacksOf(PROFILE, { from: 1020, to: 1060 }))
    expect([...shares]).toEqual([
      ['core', 0.75],
      ['service/api', 0.25],
    ])
  })
})

describe('the room of a function', () => {
  it.each([
    ['core', 'admit', 'file:///x/core/src/rules/admission.ts'],
    ['stores/lmdb', 'add', 'file:///x/stores/src/lmdb/lmdb-store.ts'],
    ['service/servers', 'answer', 'file:///x/service/src/servers/exchange.ts'],
    ['stores', 'added', 'file:///x/stores/src/transition-store.ts'],
    ['service', 'guarded', 'file:///x/service/src/compose.ts'],
    ['core', 'admit', 'file:///x/node_modules/@streamgate/core/core/src/limiter.ts'],
    ['package pino', 'write', 'file:///x/node_modules/pino/lib/proto.js'],
    ['package @aws-sdk/client-dynamodb', 'send', 'file:///x/node_modules/@aws-sdk/client-dynamodb/a.js'],
    ['node:http', 'parserOnHeadersComplete', 'node:_http_common'],
    ['node:net and streams', 'onStreamRead', 'node:internal/stream_base_commons'],
    ['the rest of Node', 'processTicksAndRejections', 'node:internal/process/task_queues'],
    ['garbage collection', '(garbage collector)', ''],
    ['native code and the kernel', 'writev', ''],
  ])('is %s for %s', (room, name, url) => {
    expect(roomOf(name, url)).toBe(room)
  })
})
