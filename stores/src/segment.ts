import type { ScanRequest, UserId } from '@streamgate/core'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** Whether a user belongs to this walk's share: FNV-1a of the id, the same in every process. */
export function isInSegment(user: UserId, segment: ScanRequest['segment']): boolean {
  if (segment === undefined) return true
  let hash = FNV_OFFSET
  for (let index = 0; index < user.length; index += 1) {
    hash = Math.imul(hash ^ user.charCodeAt(index), FNV_PRIME)
  }
  return (hash >>> 0) % segment.count === segment.index
}
