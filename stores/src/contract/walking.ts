import assert from 'node:assert/strict'
import type { ScannedUser, ScanRequest, Store } from '@streamgate/core'

/** A walk of the few users of a clause never takes more steps, whatever the page size. */
const STEPS_MAX = 200

/** All users that a walk meets, page by page. A page may be empty and not the last. */
export async function usersMet(
  store: Store,
  request: ScanRequest = { pageSize: 10 },
): Promise<ScannedUser[]> {
  const met: ScannedUser[] = []
  let { cursor } = request
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const page = await store.scan(cursor === undefined ? request : { ...request, cursor })
    assert.ok(page.users.length <= request.pageSize)
    met.push(...page.users)
    if (page.cursor === undefined) return met
    cursor = page.cursor
  }
  throw new assert.AssertionError({ message: `the walk did not end within ${STEPS_MAX} steps` })
}
