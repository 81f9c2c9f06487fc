import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeId, unescapeId } from '../src/text/escape-id.ts'

describe('an id in a log line', () => {
  it('stays as it is if it is plain', () => {
    for (const id of ['user-1', 'a.b_c~d', '456@tv-1', 'a+b=c:d']) expect(escapeId(id)).toBe(id)
  })

  it('is percent-encoded if it is not', () => {
    expect(escapeId('a b')).toBe('a%20b')
    expect(escapeId('50%')).toBe('50%25')
    expect(escapeId('é\u202eevil\u2028')).toBe('%C3%A9%E2%80%AEevil%E2%80%A8')
  })

  it('is printable ASCII whatever it holds, and can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        expect(escapeId(id)).toMatch(/^[\u0021-\u007e]*$/)
        expect(unescapeId(escapeId(id))).toBe(id)
      }),
    )
  })
})
