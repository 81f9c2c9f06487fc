import { randomBytes } from 'node:crypto'
import type { Store } from '@streamgate/core'

const NAME = 'network-key'
const KEY_BYTES = 32

/** The key of the store. It is made if there is none, and all processes get the same. */
export async function keptNetworkKey(store: Store): Promise<string> {
  const held = await store.readShared(NAME)
  if (held !== undefined) return held.text
  const { shared } = await store.writeShared(NAME, 0, randomBytes(KEY_BYTES).toString('hex'))
  return shared?.text ?? keptNetworkKey(store)
}
