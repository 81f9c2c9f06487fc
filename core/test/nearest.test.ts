import { describe, expect, it } from 'vitest'
import { nearest } from '../src/policy/nearest.ts'

describe('the nearest known word', () => {
  it.each([
    ['dynamdb', 'dynamodb'],
    ['Lmdb', 'lmdb'],
    ['memroy', 'memory'],
    ['memory', 'memory'],
  ])('of %j is %j', (typed, meant) => {
    expect(nearest(typed, ['lmdb', 'dynamodb', 'memory'])).toBe(meant)
  })

  it.each(['', 'postgres', 'mysql', 'x'])('of %j is none', (typed) => {
    expect(nearest(typed, ['lmdb', 'dynamodb', 'memory'])).toBeUndefined()
  })
})
