/**
 * Many streams of one user that start at once, under a plan that evicts, and starts that replace
 * each other.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Client, idsIn, type Answer } from './client.ts'
import { startService, type RunningService } from './running-service.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'

const LIMIT = 2
const POLICY = { plans: { newest: { limits: [{ max: LIMIT }], whenFull: 'evict-oldest' } } }
const STORMS = 12
const ROUNDS = 100

describe.each([
  { workers: 1, unsettledMax: 0 },
  { workers: 2, unsettledMax: 0.01 },
])('storms of newcomers, with $workers worker(s) on one LMDB environment', ({ workers, unsettledMax }) => {
  const atEnd = atEndOfTests()
  let service: RunningService
  let client: Client

  beforeAll(async () => {
    const folder = temporaryFolder(atEnd)
    const policy = join(folder, 'policy.json')
    writeFileSync(policy, JSON.stringify(POLICY))
    const flags = ['--policy', policy]
    service = await startService({ folder, workers, flags }, atEnd)
    client = new Client(service.url)
  })

  it.each([20, 60])(
    'of %i settle, and no evicted stream comes back',
    async (newcomers) => {
      const all: Answer[] = []
      for (let storm = 0; storm < STORMS; storm += 1) {
        const user = `user-${newcomers}-${storm}`
        const ids = Array.from({ length: newcomers }, (_, index) => `s${index}`)
        all.push(...(await Promise.all(ids.map((id) => client.start(user, id)))))
        const running = await client.list(user)
        expect(running).toHaveLength(LIMIT)
        for (const id of ids) {
          const { status } = await client.send('PUT', `/users/${user}/streams/${id}`)
          expect([id, status]).toEqual([id, running.includes(id) ? 200 : 410])
        }
        expect(await client.list(user)).toEqual(running)
      }
      const unsettled = all.filter(({ status }) => status !== 201)
      expect(unsettled.filter(({ status }) => status !== 503)).toEqual([])
      expect(unsettled.length / all.length).toBeLessThanOrEqual(unsettledMax)
      const errors = service.log.filter(({ level }) => level === 'error')
      expect(errors).toEqual([])
    },
    120_000,
  )

  it('a start that replaces a stream never runs beside it, whichever comes first', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const user = `pair-${round}`
      const [c] = await Promise.all([
        client.send('POST', `/users/${user}/streams`, { streamId: 'c', replaces: 'b' }),
        client.start(user, 'b'),
      ])
      expect(c.status).toBe(201)
      expect(idsIn(c)).toEqual(['c'])
    }
  }, 120_000)
})
