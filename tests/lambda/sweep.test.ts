import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lease, Store, UserId } from '@streamgate/core'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SweepResult } from '../../service/src/sweep/sweep-event.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { buildBundle } from '../../tools/build.ts'
import { callBundle, type Invocation } from './bundle-process.ts'

/** Of these, every other one left long ago. */
const USERS = 20

describe('the scheduled sweep of the Lambda bundle', () => {
  const dynalite = useDynalite()
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bundle-'))
  beforeAll(async () => {
    await buildBundle(folder)
    const { 'index.mjs': code = new Uint8Array() } = unzipSync(readFileSync(join(folder, 'bundle.zip')))
    writeFileSync(join(folder, 'index.mjs'), code)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('stops before its time is up, and continues where it was told to', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    await addUsers(store, USERS)
    await store.close()
    const sweep = (remainingMs: number, ...events: unknown[]): Promise<readonly Invocation<SweepResult>[]> =>
      callBundle(join(folder, 'index.mjs'), settingsFor(dynalite.endpoint, tableName), {
        name: 'sweep',
        remainingMs,
        events,
      })

    const [first] = await sweep(1500, { 'detail-type': 'Scheduled Event', rate: 5 })
    const hurried = first?.result
    expect(hurried?.outcome).toBe('interrupted')
    expect(hurried?.usersSeen).toBeLessThan(USERS)

    const [second, third] = await sweep(60_000, { rate: 10_000, resume: hurried?.resume }, {})
    expect(second?.result.outcome).toBe('finished')
    expect((hurried?.usersSeen ?? 0) + (second?.result.usersSeen ?? 0)).toBe(USERS)
    expect((hurried?.leasesLapsed ?? 0) + (second?.result.leasesLapsed ?? 0)).toBe(USERS / 2)
    expect(third?.result).toMatchObject({ outcome: 'finished', usersSeen: USERS / 2, usersRemoved: 0 })
    for (const { log } of [second, third].flatMap((one) => one ?? [])) {
      expect(log.filter((line) => line.includes('"msg":"swept"'))).toHaveLength(1)
    }
  })
})

async function addUsers(store: Store, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const renewedAtMs = index % 2 === 0 ? 1000 : Date.now()
    const times = { startedAtMs: renewedAtMs, renewedAtMs, expiresAtMs: renewedAtMs + 75_000 }
    const lease = { id: 'film', streamId: 'film', generation: 'any', ...times } as Lease
    await store.add(`user-${index}` as UserId, lease, { capacity: 1 })
  }
}

function settingsFor(endpoint: string, tableName: string): Record<string, string> {
  return {
    STREAMGATE_STORE: `dynamodb:${tableName}`,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    STREAMGATE_STORE_TIMEOUT_MS: '10000',
  }
}
