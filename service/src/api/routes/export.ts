import type { Lease, Note } from '@streamgate/core'
import { shownDevice } from '../device-refusal.ts'
import { ExportSchema } from '../export-schemas.ts'
import { json } from '../http.ts'
import { readInput } from '../input.ts'
import { instant, listed } from '../lease-view.ts'
import type { Route } from '../route.ts'

export const exportRoute: Route = {
  method: 'GET',
  path: '/users/{userId}',
  audience: 'operator',
  operation: {
    operationId: 'exportUser',
    summary: 'Export a user',
    description:
      'Answers with everything that is stored about the user. What the log holds is not part of it. An unknown user has nothing.',
    answers: { 200: { description: 'Everything that is stored.', schema: ExportSchema } },
  },
  handle: async (call) => {
    const { userId, tenant } = readInput(call, (input) => ({ userId: input.user(), tenant: input.tenant() }))
    const { leases, notes, lastStop, registry } = await call.service.limiter.export(userId, tenant)
    const ends = lastStop === undefined ? notes : [...notes, lastStop]
    return json(200, {
      userId,
      tenant,
      streams: leases.map(exportedLease),
      ended: ends.map(exportedNote),
      devices: registry?.devices.map(shownDevice) ?? [],
      removedDevices: registry?.removed.map((atMs) => instant(atMs)) ?? [],
    })
  },
}

function exportedLease(lease: Lease): Readonly<Record<string, unknown>> {
  const { plan, network, reportedContentId, reportedAtMs, graceUntilMs } = lease
  return {
    ...listed(lease),
    plan,
    network,
    reportedContentId,
    reportedAt: reportedAtMs === undefined ? undefined : instant(reportedAtMs),
    graceUntil: graceUntilMs === undefined ? undefined : instant(graceUntilMs),
  }
}

function exportedNote(note: Note): Readonly<Record<string, unknown>> {
  const { leaseId: id, how, atMs, untilMs } = note
  const ending = { id, how, at: instant(atMs), until: instant(untilMs) }
  switch (note.how) {
    case 'evicted':
      return { ...ending, by: note.by }
    case 'ended':
      return { ...ending, reason: note.reason }
    case 'stopped':
      return ending
    case 'played-out':
      return {
        ...ending,
        ...note.facts,
        reportedAt: note.reportedAtMs === undefined ? undefined : instant(note.reportedAtMs),
      }
    case 'lapsed':
      return { ...ending, ...note.facts }
  }
}
