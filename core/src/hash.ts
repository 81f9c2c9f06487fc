const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * A number from 0 up to, but not including, 2^32 that is the same for an id in every process and
 * at any time: FNV-1a, 32 bits (draft-eastlake-fnv), over the id's UTF-16 units.
 */
export function hashOf(id: string): number {
  let hash = FNV_OFFSET
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), FNV_PRIME)
  }
  return hash >>> 0
}
