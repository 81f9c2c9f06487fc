/** API keys: which are accepted, and until when. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeApiKey } from '../src/auth/api-key.ts'
import { parseApiKeys } from '../src/auth/api-keys-text.ts'
import { KeyRing } from '../src/auth/key-ring.ts'

const NOT_AFTER = '2026-12-01T00:00:00Z'
const END_MS = Date.parse(NOT_AFTER)

function ringOf(...entries: readonly object[]): KeyRing {
  return new KeyRing(parseApiKeys(JSON.stringify({ keys: entries })))
}

describe('an API key', () => {
  it('has 256 random bits behind its id, and is kept as its SHA-256', () => {
    const { key, entry } = makeApiKey({ id: 'backend', scopes: ['admit'] })
    expect(key).toMatch(/^sgk_backend\.[\w-]{43}$/)
    expect(entry.sha256).toBe(createHash('sha256').update(key).digest('hex'))
    expect(makeApiKey({ id: 'backend', scopes: ['admit'] }).key).not.toBe(key)
  })

  it('is found with its scopes and its tenant', () => {
    const { key, entry } = makeApiKey({ id: 'backend', scopes: ['admit', 'read'], tenant: 'a' })
    expect(ringOf(entry).find(key, () => 0)).toMatchObject({
      id: 'backend',
      scopes: new Set(['admit', 'read']),
      tenant: 'a',
    })
  })

  it('is not found if any character differs, or if it is another key under the same id', () => {
    const { key, entry } = makeApiKey({ id: 'backend', scopes: ['admit'] })
    const ring = ringOf(entry)
    for (let at = 0; at < key.length; at += 1) {
      const wrong = `${key.slice(0, at)}~${key.slice(at + 1)}`
      expect(
        ring.find(wrong, () => 0),
        wrong,
      ).toBe('unknown-key')
    }
    for (const text of ['', 'sgk_', 'sgk_backend', 'sgk_backend.', '.', 'x'.repeat(9000), entry.sha256]) {
      expect(ring.find(text, () => 0)).toBe('unknown-key')
    }
    expect(ring.find(makeApiKey({ id: 'backend', scopes: ['admit'] }).key, () => 0)).toBe('unknown-key')
  })

  it('ends at its instant, and a stranger does not learn that it has ended', () => {
    const { key, entry } = makeApiKey({ id: 'backend', scopes: ['admit'], notAfter: NOT_AFTER })
    const ring = ringOf(entry)
    expect(ring.find(key, () => END_MS - 1)).toMatchObject({ id: 'backend' })
    expect(ring.find(key, () => END_MS)).toBe('expired-key')
    expect(ring.find(`${key}a`, () => END_MS)).toBe('unknown-key')
  })

  it('is replaced without a gap: both are accepted until the first is removed', () => {
    const [before, after] = ['2026-1', '2026-2'].map((id) => makeApiKey({ id, scopes: ['admit'] }))
    if (before === undefined || after === undefined) throw new Error('two keys were made')
    const ring = ringOf(before.entry, after.entry)
    expect([before, after].map(({ key }) => ring.find(key, () => 0))).toMatchObject([
      { id: '2026-1' },
      { id: '2026-2' },
    ])
    ring.use(parseApiKeys(JSON.stringify({ keys: [after.entry] })))
    expect(ring.find(before.key, () => 0)).toBe('unknown-key')
    expect(ring.find(after.key, () => 0)).toMatchObject({ id: '2026-2' })
  })
})
