import { nearest } from '@streamgate/core'
import { masked, type StoreAddress, type StoreEngine } from '@streamgate/stores/engine'
import { DYNAMODB } from '@streamgate/stores/dynamodb/engine'
import { LMDB } from '@streamgate/stores/lmdb/engine'
import { MEMORY } from '@streamgate/stores/memory/engine'
import { REDIS } from '@streamgate/stores/redis/engine'

/**
 * The stores that this service can use. An engine loads its driver when a store is opened, not
 * here.
 */
const STORE_ENGINES: readonly StoreEngine[] = [LMDB, ...REDIS, DYNAMODB, MEMORY]

/** The stores that several processes can use at once. */
export const SHARED_ENGINES = STORE_ENGINES.filter(({ isShared }) => isShared)

/** The stores whose reads are paid for. */
export const ENGINES_BILLED_BY_READS = STORE_ENGINES.filter(({ isBilledByReads }) => isBilledByReads)

/** The stores whose starts can wait for replicas. */
export const ENGINES_WITH_REPLICAS = STORE_ENGINES.filter(({ hasReplicas }) => hasReplicas)

/** All addresses, as the help shows them. */
export const STORE_HELP = alternatives(
  STORE_ENGINES.map(({ usage, remark }) => (remark === '' ? usage : `${usage} (${remark})`)),
)

/**
 * The store that an address leads to.
 *
 * @throws {Error} that says what is wrong, as "must be …".
 */
export function parseStore(text: string): StoreAddress {
  const colon = text.indexOf(':')
  const engine = STORE_ENGINES.find(({ scheme }) => scheme === text.slice(0, colon))
  if (engine !== undefined) return engine.parse(text.slice(colon + 1))
  const usages = alternatives(STORE_ENGINES.map(({ usage }) => usage))
  const schemes = STORE_ENGINES.map(({ scheme }) => scheme)
  const meant = nearest(colon === -1 ? text : text.slice(0, colon), schemes)
  const hint = meant === undefined ? '' : `; did you mean ${meant}:?`
  throw new Error(`must be ${usages}, got ${JSON.stringify(masked(text))}${hint}`)
}

/** "a, b or c". */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
