import { refuse } from './setting-text.ts'

/** Which store, and where. */
export type StoreConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'lmdb'; readonly path: string }
  | { readonly kind: 'dynamodb'; readonly tableName: string }

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
  if (scheme === 'dynamodb' && TABLE_NAME.test(rest)) return { kind: 'dynamodb', tableName: rest }
  return refuse(`must be lmdb:<folder>, dynamodb:<table> or memory:, got ${JSON.stringify(text)}`)
}

/** A store as it is given on the command line. */
export function storeText(store: StoreConfig): string {
  switch (store.kind) {
    case 'memory':
      return 'memory:'
    case 'lmdb':
      return `lmdb:${store.path}`
    case 'dynamodb':
      return `dynamodb:${store.tableName}`
  }
}
