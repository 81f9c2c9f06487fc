import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisionLines } from '../src/telemetry/decision-line.ts'
import { isPlainId } from '../src/text/escape-id.ts'
import { UserIdHash } from '../src/text/user-id-hash.ts'

const KEY = 'a key of 26 characters, é!'
const { of: hashOf } = new UserIdHash(KEY)

describe('the hash of a user id', () => {
  it('is an id like others, of 24 characters', () => {
    const isId = fc.property(fc.string({ unit: 'binary' }), (user) => {
      expect(hashOf(user)).toMatch(/^u_[\w-]{22}$/)
      expect(isPlainId(hashOf(user))).toBe(true)
    })
    fc.assert(isId)
  })

  it('is the same for the same key and user, and another one otherwise', () => {
    expect(new UserIdHash(KEY).of('ann')).toBe(hashOf('ann'))
    const others = [hashOf('bob'), hashOf('Ann'), new UserIdHash(`${KEY}.`).of('ann')]
    expect(new Set([hashOf('ann'), ...others]).size).toBe(4)
  })

  it('is what openssl computes by the command in docs/operations.md', () => {
    expect(hashOf('Zoë')).toBe('u__Dss62BM-5BZC6uPSOqBry')
  })
})

describe('the line of a decision', () => {
  const request = { atMs: 0, requestId: 'r', seconds: 0 }
  const decision = { verb: 'start', outcome: 'admitted', user: 'ann', lease: 'ann', plan: 'family' } as const

  it('names the user by the hash, and is the same otherwise', () => {
    const [plain = ''] = decisionLines({ ...request, decision })
    const [hashed] = decisionLines({ ...request, decision }, { hashUser: hashOf })
    expect(plain).toContain('"user":"ann","lease":"ann"')
    expect(hashed).toBe(plain.replace('"user":"ann"', `"user":"${hashOf('ann')}"`))
  })

  it('of a call for no user has none', () => {
    const finish = { verb: 'finish', outcome: 'finished', stream: 'match' } as const
    const lines = decisionLines({ ...request, decision: finish }, { hashUser: hashOf })
    expect(lines).toEqual(decisionLines({ ...request, decision: finish }))
  })
})
