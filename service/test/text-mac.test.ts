import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextMac } from '../src/text/text-mac.ts'

describe('the MAC of a text', () => {
  it('is HMAC-SHA-256, for every key and text', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 300, maxLength: 2000 }))
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.array(texts, { minLength: 1 }), (key, each) => {
        const mac = new TextMac(key)
        for (const text of each) {
          expect(mac.of(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'))
        }
      }),
    )
  })

  it('is that of RFC 4231, case 2', () => {
    expect(
      Buffer.from(new TextMac('Jefe').of('what do ya want for nothing?'), 'base64url').toString('hex'),
    ).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })
})
