import type { UserId } from '@streamgate/core'
import { clockFinding } from '../clock-finding.ts'
import type { Examination } from '../store-findings.ts'
import { callLimitMs, DynamoDbClient } from './dynamodb-client.ts'
import type { DynamoDbStoreOptions } from './dynamodb-store.ts'
import { UserTable } from './user-table.ts'

/** The `Date` of an answer has no fractions of a second. */
const DATE_COARSE_MS = 1000

/** No user has this id, because ids hold no control characters. */
const NOBODY = '\u007f' as UserId

/** What the clock of this machine shows, and how far it may be from others. */
export type Clock = { readonly nowMs: () => number; readonly skewMaxMs: number }

/**
 * Reads an item that is not there, for the time in the answer. If there is none, there is nothing
 * to tell: the first call to the store says why. Never rejects.
 */
export async function examine(
  options: DynamoDbStoreOptions,
  { nowMs, skewMaxMs }: Clock,
): Promise<Examination> {
  const client = new DynamoDbClient(options)
  const table = new UserTable(client, options.tableName)
  const read = () => table.read({ user: NOBODY, deadline: AbortSignal.timeout(callLimitMs(options)) })
  try {
    // The first call also finds credentials and connects.
    await read()
    const beforeMs = nowMs()
    await read()
    const afterMs = nowMs()
    const theirMs = Date.parse(client.lastDate ?? '')
    if (Number.isNaN(theirMs)) return { findings: [], canBeOpened: true }
    const look = { beforeMs, afterMs, theirMs, coarseMs: DATE_COARSE_MS, skewMaxMs }
    return { findings: [clockFinding(look)], canBeOpened: true }
  } catch {
    return { findings: [], canBeOpened: true }
  } finally {
    client.destroy()
  }
}
