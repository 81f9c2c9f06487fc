import { hashOf, type ScanRequest, type UserId } from '@streamgate/core'

/** Whether a user belongs to this part of a walk. Every process divides users in the same way. */
export function isInSegment(user: UserId, segment: ScanRequest['segment']): boolean {
  return segment === undefined || hashOf(user) % segment.count === segment.index
}
