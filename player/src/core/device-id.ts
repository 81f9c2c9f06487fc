/** The id of the device, which stays the same over all its playbacks. */
import type { Host } from './host.ts'

const KEY = 'streamgate.device'

/** Lasts as long as the page or the app, if there is no storage that works. */
let idWithoutStorage: string | undefined

/** The id from the storage, or a new one. Never rejects. */
export async function deviceIdIn(host: Host): Promise<string> {
  try {
    const kept = await host.storage?.getItem(KEY)
    if (kept) return kept
  } catch {}
  idWithoutStorage ??= newId(host)
  try {
    await host.storage?.setItem(KEY, idWithoutStorage)
  } catch {}
  return idWithoutStorage
}

/** A random UUID (RFC 9562, version 4). Not a secret, so any random number will do. */
export function newId({ random }: Host): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16))
}
