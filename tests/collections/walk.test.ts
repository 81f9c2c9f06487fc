import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { COLLECTIONS_FOLDER } from '../../tools/collections.ts'
import { WALK } from '../../tools/collections/walk.ts'
import { startService } from '../e2e/running-service.ts'
import { runBruno } from './bruno.ts'
import { runNewman } from './newman.ts'

const POSTMAN_COLLECTION = join(COLLECTIONS_FOLDER, 'postman/streamgate.postman_collection.json')
const POSTMAN_ENVIRONMENT = join(COLLECTIONS_FOLDER, 'postman/local.postman_environment.json')
const BRUNO_FOLDER = join(COLLECTIONS_FOLDER, 'bruno')
const STEPS = WALK.flatMap(({ steps }) => steps)

/** newman takes a second or two to load on an idle machine, and ten times that on a busy one. */
const PATIENCE_MS = 60_000

describe('the walk on a running service', { timeout: PATIENCE_MS }, () => {
  it('passes in Postman, twice in a row', async () => {
    const { url } = await startService({ folder: temporaryFolder() })
    const run = await runNewman(POSTMAN_COLLECTION, POSTMAN_ENVIRONMENT, { url, times: 2 })
    expect(run).toMatchObject({ failures: [], stderr: '' })
    expect(run.requests).toBeGreaterThanOrEqual(2 * STEPS.length)
    expect(run.assertions).toBeGreaterThan(run.requests)
  })

  it('passes in Bruno, twice in a row', async () => {
    const { url } = await startService({ folder: temporaryFolder() })
    for (let time = 1; time <= 2; time += 1) {
      const run = await runBruno(BRUNO_FOLDER, 'local', url)
      expect(run.failures).toEqual([])
      expect(run.requests.slice(0, STEPS.length)).toEqual(STEPS.map(({ name }) => name))
      expect(run.assertions).toBeGreaterThan(run.requests.length)
    }
  })

  it('fails in both if the service decides otherwise', async () => {
    const folder = temporaryFolder()
    const policy = join(folder, 'policy.json')
    writeFileSync(
      policy,
      JSON.stringify({ defaultPlan: 'small', plans: { small: { limits: [{ max: 2 }], whenFull: 'deny' } } }),
    )
    const { url } = await startService({ folder, flags: ['--policy', policy] })
    const byNewman = await runNewman(POSTMAN_COLLECTION, POSTMAN_ENVIRONMENT, { url, times: 1 })
    const byBruno = await runBruno(BRUNO_FOLDER, 'local', url)
    for (const { failures } of [byNewman, byBruno]) {
      expect(failures).toContainEqual(expect.stringMatching(/^Start stream 3: answers 201: .*409/))
    }
  })
})
