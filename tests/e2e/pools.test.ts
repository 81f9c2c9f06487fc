/** A pool over all users, on several processes of the real service. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { startService } from './running-service.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const dynalite = useDynalite()

/** Every start asks at once, from as many users. */
const AT_ONCE = 50

type Place = { readonly folder: string; readonly flags: readonly string[] }

/** A folder with a policy of one pool, and what `serve` needs to know of it. */
function placeWith(max: number, flags: readonly string[] = []): Place {
  const folder = temporaryFolder()
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify({ leaseSeconds: 600, pools: { match: { max } } }))
  return { folder, flags: ['--policy', policy, ...flags] }
}

/** Starts one stream for each of so many users, and returns how many were admitted. */
async function rush(clients: readonly Client[], users: number, name: string): Promise<number> {
  let admitted = 0
  for (let first = 0; first < users; first += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, users - first) }, (_, index) => first + index)
    const answers = await Promise.all(
      batch.map((index) => (clients[index % clients.length] as Client).start(`${name}-${index}`, 'match')),
    )
    for (const { status, body } of answers) {
      if (status === 201) admitted += 1
      else expect(body).toMatchObject({ type: '/problems/pool-full', pool: 'match' })
    }
  }
  return admitted
}

describe('a pool on two workers of one LMDB environment', () => {
  it.each([10, 100, 5000])(
    'admits %i of more users, and no more',
    async (max) => {
      const service = await startService({ ...placeWith(max), workers: 2 })
      const client = new Client(service.url)
      let admitted = await rush([client], max + 40, 'a')
      expect(admitted).toBeLessThanOrEqual(max)
      // Slots that one worker has to spare come back within seconds.
      for (let round = 0; round < 10 && admitted < max; round += 1) {
        await pause(1500)
        admitted += await rush([client], 20, `b${round}`)
        expect(admitted).toBeLessThanOrEqual(max)
      }
      expect(admitted).toBe(max)
      expect((await client.get('/pools/match')).body).toMatchObject({ name: 'match', max })
    },
    120_000,
  )

  it('keeps count over a restart', async () => {
    const place = placeWith(20)
    const first = await startService({ ...place, workers: 2 })
    expect(await rush([new Client(first.url)], 15, 'a')).toBe(15)
    first.signal('SIGTERM')
    expect(await first.exitWithin(20_000)).toMatchObject({ code: 0 })
    const again = await startService(place)
    expect(await rush([new Client(again.url)], 20, 'b')).toBe(5)
  }, 60_000)
})

describe('a pool on three processes of one DynamoDB table', () => {
  it.each([10, 100, 5000])(
    'admits %i of more users, and no more',
    async (max) => {
      const tableName = await dynalite.makeTable()
      const environment = {
        AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint,
        AWS_ACCESS_KEY_ID: 'nobody',
        AWS_SECRET_ACCESS_KEY: 'nothing',
        AWS_REGION: 'eu-central-1',
      }
      const services = await Promise.all(
        [1, 2, 3].map(() =>
          startService({
            ...placeWith(max, ['--store', `dynamodb:${tableName}?requestTimeoutMs=5000`]),
            environment,
          }),
        ),
      )
      const clients = services.map(({ url }) => new Client(url))
      let admitted = await rush(clients, max + 40, 'a')
      expect(admitted).toBeLessThanOrEqual(max)
      for (let round = 0; round < 10 && admitted < max; round += 1) {
        await pause(1500)
        admitted += await rush(clients, 20, `b${round}`)
        expect(admitted).toBeLessThanOrEqual(max)
      }
      expect(admitted).toBe(max)
    },
    120_000,
  )
})
