import assert from 'node:assert/strict'
import {
  LEASE_ID_BYTES_MAX,
  STREAM_ID_BYTES_MAX,
  USER_ID_BYTES_MAX,
  leaseIdOf,
  type DeviceId,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { idsOf, leaseOf, stopOf, USER } from './specimens.ts'

/** Each list names different things that a careless engine may confuse. */
export const LOOKALIKES: readonly (readonly string[])[] = [
  ['user', 'User', 'USER'],
  ['caf\u00e9', 'cafe\u0301'],
  ['\u212b', '\u00c5', 'A\u030a'],
  ['1', '01', '1.0', '1e0'],
  ['a', 'a ', 'a\u00a0'],
  ['\ufb01lm', 'film'],
  ['stra\u00dfe', 'strasse'],
]

/** Names that mean something to some engine, path, pattern or prototype. */
export const AWKWARD: readonly string[] = [
  'a.b',
  'a[0]',
  'a#b',
  'L#a',
  ':a',
  '#a',
  'a"b',
  "a'b",
  'a\\b',
  'a/b',
  '{a}',
  '*',
  '%',
  '%41',
  '?',
  '$a',
  '-',
  '_',
  'null',
  'true',
  '__proto__',
  'constructor',
  'toString',
  '🎬📺',
  '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67',
  '\u202eabc',
  'ünï cödé',
  '\u{10ffff}',
  '\ufffd',
]

export const IDENTITY: readonly Clause[] = [
  clause('users whose ids differ in case or Unicode form alone are different users', async (store) => {
    for (const names of LOOKALIKES) {
      for (const name of names) await store.add(name as UserId, leaseOf(`stream of ${name}`), { capacity: 1 })
      for (const name of names) {
        assert.deepEqual(idsOf(await store.read(name as UserId)), [`stream of ${name}`])
      }
    }
  }),

  clause('leases whose ids differ in case or Unicode form alone are different leases', async (store) => {
    for (const names of LOOKALIKES) {
      await store.erase(USER)
      for (const name of names)
        assert.equal((await store.add(USER, leaseOf(name), { capacity: names.length })).done, true)
      const [first, ...others] = names
      assert.equal(
        (await store.remove(USER, { id: leaseOf(first ?? '').id }, stopOf(first ?? ''))).done,
        true,
      )
      assert.deepEqual(idsOf(await store.read(USER)), others)
    }
  }),

  clause('ids may hold anything that an engine might take for its own', async (store) => {
    for (const name of AWKWARD) {
      const user = name as UserId
      const id = leaseOf(name).id
      assert.equal((await store.add(user, leaseOf(name), { capacity: 1 })).done, true, name)
      assert.equal((await store.renew(user, { id }, { renewedAtMs: 7, expiresAtMs: 8 })).done, true, name)
      assert.deepEqual((await store.read(user)).leases, [leaseOf(name, { renewedAtMs: 7, expiresAtMs: 8 })])
      assert.equal((await store.remove(user, { id }, stopOf(name))).done, true, name)
    }
  }),

  clause('the longest ids that the API allows are kept whole', async (store) => {
    const users = ['a', 'b'].map((last) => `${'u'.repeat(USER_ID_BYTES_MAX - 1)}${last}` as UserId)
    const wide = '漢'.repeat(Math.floor(USER_ID_BYTES_MAX / 3)) as UserId
    const streamId = 's'.repeat(STREAM_ID_BYTES_MAX) as StreamId
    const deviceId = 'd'.repeat(LEASE_ID_BYTES_MAX - STREAM_ID_BYTES_MAX - 1) as DeviceId
    for (const user of [...users, wide]) {
      const lease = leaseOf(streamId, { id: leaseIdOf({ streamId, deviceId }), deviceId })
      assert.equal((await store.add(user, lease, { capacity: 1 })).done, true)
      assert.deepEqual((await store.read(user)).leases, [lease])
    }
  }),
]
