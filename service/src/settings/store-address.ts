import { refuse } from './parse.ts'

/** Which store, and where. */
export type StoreConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'lmdb'; readonly path: string }
  | { readonly kind: 'dynamodb'; readonly tableName: string; readonly clockSkewMs: number }

/** How far the clocks of instances in a cloud may differ: they are kept within milliseconds, and this is ample. */
const CLOUD_SKEW_MS = 2000
const CLOCK_SKEW_MS_MAX = 60_000

/** Amazon DynamoDB Developer Guide, "Naming rules". */
const TABLE_NAME = /^[\w.-]{3,255}$/

/**
 * The store that a setting means.
 *
 * @throws {Error} with what is wrong, as "must be …".
 */
export function parseStore(text: string): StoreConfig {
  if (text === 'memory:') return { kind: 'memory' }
  const [, scheme, rest = ''] = /^(lmdb|dynamodb):(.+)$/.exec(text) ?? []
  if (scheme === 'lmdb') return { kind: 'lmdb', path: rest }
  const [, tableName = '', skew] = /^([^?]*)(?:\?clockSkewMs=(.*))?$/.exec(rest) ?? []
  if (scheme === 'dynamodb' && TABLE_NAME.test(tableName)) {
    return { kind: 'dynamodb', tableName, clockSkewMs: parseClockSkew(skew) }
  }
  return refuse(`must be lmdb:<folder>, dynamodb:<table> or memory:, got ${JSON.stringify(text)}`)
}

/** How much longer than it runs a lease counts, because the processes on this store have different clocks. */
export function clockSkewMs(store: StoreConfig): number {
  return store.kind === 'dynamodb' ? store.clockSkewMs : 0
}

/** A store as it is given on the command line. */
export function storeText(store: StoreConfig): string {
  switch (store.kind) {
    case 'memory':
      return 'memory:'
    case 'lmdb':
      return `lmdb:${store.path}`
    case 'dynamodb':
      return `dynamodb:${store.tableName}${skewText(store)}`
  }
}

function parseClockSkew(text: string | undefined): number {
  if (text === undefined) return CLOUD_SKEW_MS
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return value <= CLOCK_SKEW_MS_MAX
    ? value
    : refuse(`must have a clockSkewMs from 0 to ${CLOCK_SKEW_MS_MAX}, got ${JSON.stringify(text)}`)
}

function skewText({ clockSkewMs: skewMs }: { readonly clockSkewMs: number }): string {
  return skewMs === CLOUD_SKEW_MS ? '' : `?clockSkewMs=${skewMs}`
}
