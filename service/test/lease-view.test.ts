import type { Generation, Lease, LeaseId, StreamId } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { listed } from '../src/api/lease-view.ts'

const LEASE: Lease = {
  id: 'film' as LeaseId,
  streamId: 'film' as StreamId,
  startedAtMs: 0,
  renewedAtMs: 0,
  expiresAtMs: 85_000,
  generation: '1' as Generation,
}

describe('a stream as one of several', () => {
  it('expires at its lease’s end, in grace no later than that', () => {
    expect(listed(LEASE)['expiresAt']).toBe('1970-01-01T00:01:25.000Z')
    expect(listed({ ...LEASE, graceUntilMs: 60_000 })['expiresAt']).toBe('1970-01-01T00:01:00.000Z')
    expect(listed({ ...LEASE, expiresAtMs: null, graceUntilMs: 60_000 })['expiresAt']).toBe(
      '1970-01-01T00:01:00.000Z',
    )
    expect(listed({ ...LEASE, expiresAtMs: null })['expiresAt']).toBeNull()
  })
})
