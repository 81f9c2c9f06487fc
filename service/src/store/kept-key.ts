import { randomBytes } from 'node:crypto'
import type { Store } from '@streamgate/core'

const KEY_BYTES = 32

/** A key of the store. It is made if there is none, and all processes get the same. */
export async function keptKey(store: Store, name: 'network-key' | 'stop-key'): Promise<string> {
  const held = await store.readShared(name)
  if (held !== undefined) return held.text
  const { shared } = await store.writeShared(name, 0, randomBytes(KEY_BYTES).toString('hex'))
  return shared?.text ?? keptKey(store, name)
}
