import { createHmac, createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TextHmac } from '../src/playback/hmac.ts'

it('the HMAC of a text is the one that Node computes', () => {
  const secrets = fc.uint8Array({ minLength: 1, maxLength: 200 })
  const texts = fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 600 }), { maxLength: 4 })
  const agree = fc.property(secrets, texts, (secret, all) => {
    const key = createSecretKey(secret)
    const hmac = new TextHmac(key)
    for (const text of all) {
      expect(hmac.of(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'))
    }
  })
  fc.assert(agree, { numRuns: 300 })
})

it('a text that is too long for it is refused, and not cut', () => {
  const hmac = new TextHmac(createSecretKey(Buffer.alloc(32)))
  expect(hmac.of('a'.repeat(8192))).toHaveLength(43)
  expect(() => hmac.of('a'.repeat(8193))).toThrow(RangeError)
})
