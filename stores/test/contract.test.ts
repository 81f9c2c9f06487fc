/**
 * Tests the contract itself: for every clause there is a store that breaks it, which it must catch.
 */
import { AssertionError } from 'node:assert'
import type { UserId } from '@streamgate/core'
import { STORE_CONTRACT, tryClause } from '@streamgate/stores/contract'
import { describe, expect, it } from 'vitest'
import { BROKEN_IN_ADDING } from './broken-stores/adding.ts'
import { SoundStore } from './broken-stores/breaking.ts'
import { BROKEN_IN_DEVICES } from './broken-stores/devices.ts'
import { BROKEN_IN_FINISHING } from './broken-stores/finishing.ts'
import { BROKEN_IN_NOTING } from './broken-stores/noting.ts'
import { BROKEN_IN_REGISTERING } from './broken-stores/registering.ts'
import { BROKEN_IN_RENEWING } from './broken-stores/renewing.ts'
import { BROKEN_IN_SHARING } from './broken-stores/sharing.ts'
import { BROKEN_IN_THE_WHOLE } from './broken-stores/whole-store.ts'

const BROKEN_STORES = {
  ...BROKEN_IN_ADDING,
  ...BROKEN_IN_DEVICES,
  ...BROKEN_IN_RENEWING,
  ...BROKEN_IN_NOTING,
  ...BROKEN_IN_THE_WHOLE,
  ...BROKEN_IN_FINISHING,
  ...BROKEN_IN_SHARING,
  ...BROKEN_IN_REGISTERING,
}

describe('the store contract', () => {
  const clauses = Object.values(STORE_CONTRACT).flat()

  it('has a broken store for each of its clauses, and for no other', () => {
    expect(Object.keys(BROKEN_STORES)).toEqual(clauses.map((clause) => clause.sentence))
  })

  for (const clause of clauses) {
    it(`catches the store that breaks: ${clause.sentence}`, async () => {
      const makeStore = BROKEN_STORES[clause.sentence] ?? (() => new SoundStore())
      const subject = {
        name: 'broken',
        makeStore: async () => makeStore(),
        makeFailingStore: async () => ({ store: makeStore(), user: 'user' as UserId }),
        makeLastingStore: async () => {
          const store = makeStore()
          return { store, reopen: async () => store }
        },
      }
      await expect(tryClause(clause, subject)).rejects.toThrow(AssertionError)
    })
  }
})
