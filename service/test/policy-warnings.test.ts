import { parsePolicy } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { policyWarnings } from '../src/policy/policy-warnings.ts'

/** Plans that make little sense, each with the pointer and the text of its warning. */
const DOUBTFUL: readonly (readonly [Readonly<Record<string, unknown>>, string, RegExp])[] = [
  [{ limits: [{ max: 3 }, { max: 4, deviceType: 'tv' }] }, '/limits/1', /never reached: “3 streams”/],
  [{ limits: [{ max: 3 }, { max: 3, per: 'contentId' }] }, '/limits/1', /never reached/],
  [{ limits: [{ max: 3 }, { max: 3 }] }, '/limits/1', /never reached/],
  [
    { limits: [{ max: 9 }, { max: 2, deviceType: ['tv', 'console'] }, { max: 2, deviceType: 'tv' }] },
    '/limits/2',
    /never reached/,
  ],
  [
    { limits: [{ max: 9 }, { max: 2, deviceType: 'tv', where: { deviceType: 'web' } }] },
    '/limits/1',
    /counts nothing: no deviceType/,
  ],
  [
    { limits: [{ max: 9 }, { max: 2, deviceType: 'tv' }], ignore: [{ deviceType: ['tv', 'web'] }] },
    '/limits/1',
    /counts nothing.*ignored/,
  ],
  [{ limits: [{ max: 2, deviceType: 'tv' }] }, '/limits', /a limit on all streams is missing/],
  [{ limits: [{ max: 2, per: 'contentId' }] }, '/limits', /a limit on all streams is missing/],
  [
    { limits: [{ max: 1000 }], whenFull: 'evict-oldest' },
    '/whenFull',
    /ends no stream before there are 1000/,
  ],
  [
    { limits: [{ max: 2 }], whenFull: 'evict-idle', graceStreams: { streams: 1, seconds: 9 } },
    '/graceStreams',
    /always room/,
  ],
  [
    { limits: [{ max: 2 }, { max: 1, per: 'deviceId' }], sameDeviceReplaces: true },
    '/limits/1',
    /one stream/,
  ],
  [
    { limits: [{ max: 9 }, { max: 3, distinct: 'deviceId' }], devices: { max: 3 } },
    '/limits/1',
    /^is never reached: a user has at most 3 devices$/,
  ],
  [
    { limits: [{ max: 2 }], devices: { max: 4, changes: { max: 2, days: 30 } } },
    '/devices/changes/max',
    /^lets a new user register 2 of 4 devices at first/,
  ],
  [
    { limits: [{ max: 2 }, { max: 3, distinct: 'profile' }] },
    '/limits/1',
    /^is never reached: “2 streams” is as tight or tighter$/,
  ],
  [{ limits: [{ max: 2, distinct: 'profile' }] }, '/limits', /let any number of streams share a slot/],
  [{ limits: [{ max: 2 }], shadow: { limits: [{ max: 2 }] } }, '/shadow', /the same as the plan itself/],
  [
    { limits: [{ max: 2 }], enforcePercent: 5, shadow: { limits: [{ max: 1 }] } },
    '/shadow',
    /only for the 5 % of users/,
  ],
  [
    { limits: [{ max: 2 }], shadow: { limits: [{ max: 3 }, { max: 4, deviceType: 'tv' }] } },
    '/shadow/limits/1',
    /never reached/,
  ],
]

/** Plans as they should be. */
const SENSIBLE: readonly Readonly<Record<string, unknown>>[] = [
  { limits: [{ max: 2 }, { max: 1, distinct: 'profile' }] },
  { limits: [{ max: 9 }, { max: 2, distinct: 'deviceId' }], devices: { max: 3 } },
  { limits: [{ max: 9 }, { max: 2, per: 'profile', missing: 'deny' }] },
  { limits: [{ max: 3 }, { max: 2, deviceType: 'tv' }, { max: 2, deviceType: { not: 'tv' } }] },
  {
    limits: [{ max: 3 }, { max: 2, deviceType: { not: 'tv' } }],
    ignore: [{ deviceType: { not: 'console' } }],
  },
  {
    limits: [{ max: 5 }, { max: 2, deviceType: 'tv' }, { max: 1, per: 'contentId' }],
    sameDeviceReplaces: true,
  },
  { limits: [{ max: 2, deviceType: 'tv' }, { max: 3 }] },
  { limits: [{ max: 2, deviceType: 'tv' }, { max: 2, deviceType: ['tv', 'console'] }, { max: 3 }] },
  { limits: [{ max: 3 }, { max: 2, per: 'contentId' }] },
  { limits: [{ max: 3 }, { max: 1, per: 'deviceId' }], sameDeviceReplaces: false },
  { limits: [{ max: 3 }], ignore: [{ contentId: 'trailer' }], shadow: { limits: [{ max: 2 }] } },
  { limits: [{ max: 3 }], enforcePercent: 0 },
  { limits: [{ max: 1000 }] },
]

describe('the warnings about a policy', () => {
  it.each(DOUBTFUL)('name what makes little sense: %j at %s', (plan, pointer, detail) => {
    expect(policyWarnings(parsePolicy({ plans: { 'a/b': plan } }))).toEqual([
      { pointer: `/plans/a~1b${pointer}`, detail: expect.stringMatching(detail) },
    ])
  })

  it.each(SENSIBLE)('are none of %j', (plan) => {
    expect(policyWarnings(parsePolicy({ plans: { standard: plan } }))).toEqual([])
  })

  it('name a heartbeat that is too close to the end of the lease', () => {
    expect(pointersOf({ leaseSeconds: 60, heartbeatSeconds: 50 })).toEqual(['/heartbeatSeconds'])
    expect(pointersOf({ leaseSeconds: 60, heartbeatSeconds: 40 })).toEqual([])
    expect(pointersOf({ heartbeatSeconds: { whenRoom: 300, whenFull: 60 } })).toEqual([])
    expect(pointersOf({ leaseSeconds: 350, heartbeatSeconds: 300 })).toEqual(['/heartbeatSeconds'])
    expect(pointersOf({ leaseSeconds: null, heartbeatSeconds: 40 })).toEqual([])
    expect(pointersOf({ leaseSeconds: 60, heartbeatSeconds: { whenRoom: 60, whenFull: 20 } })).toEqual([
      '/heartbeatSeconds',
    ])
  })
})

function pointersOf(file: object): string[] {
  return policyWarnings(parsePolicy(file)).map(({ pointer }) => pointer)
}
