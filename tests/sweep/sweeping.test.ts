import { join } from 'node:path'
import { EMPTY_ROSTER, type ScanPage, type ScanRequest, type Store, type UserId } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { CountingStore } from '../../core/test/counting-store.ts'
import { SweepStateFile } from '../../service/src/sweep/sweep-state.ts'
import type { SweepReport } from '../../service/src/sweep/sweep-job.ts'
import type { SweeperParts } from '../../service/src/sweep/sweeper.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { contentOf, everyoneIn, FINISHED, LIVE, populate, tallyOfAll } from './population.ts'
import { FLAT_OUT, storesToSweep, sweeperOf } from './subjects.ts'

const dynalite = useDynalite()

describe.each(Object.entries(storesToSweep(dynalite)))('a sweep of %s', (_name, makeStore) => {
  it.each([1, 3])('in %i segment(s) removes all dead data, and nothing else', async (segments) => {
    const store = await makeStore()
    const everyone = await populate(store)
    const report = await sweepAll(store, segments)
    expect(report).toMatchObject({ outcome: 'finished', left: [], tally: tallyOfAll(everyone.length) })
    for (const { user, after } of everyone) expect(contentOf(await store.read(user)), user).toEqual(after)
    await store.close()
  })

  it('leaves no trace of users who hold nothing, and finds nothing to do the second time', async () => {
    const store = await makeStore()
    const everyone = await populate(store)
    await sweepAll(store, 1)
    const left = everyone.filter(({ after }) => after.leases.length + after.notes.length > 0)
    expect(await everyoneIn(store)).toEqual(left.map(({ user }) => user).toSorted())
    for (const { user } of everyone.filter((one) => !left.includes(one))) {
      expect(await store.read(user)).toEqual(EMPTY_ROSTER)
    }
    const counting = new CountingStore(store)
    const again = await sweepAll(counting, 1)
    expect(again.tally).toMatchObject({
      leasesLapsed: 0,
      leasesFinished: 0,
      notesOutdated: 0,
      usersRemoved: 0,
    })
    expect(new Set(counting.calls)).toEqual(new Set(['scan']))
    await store.close()
  })

  it('that is a dry run reports the same, and only calls scan', async () => {
    const store = await makeStore()
    const everyone = await populate(store)
    const before = await Promise.all(everyone.map(({ user }) => store.read(user)))
    const counting = new CountingStore(store)
    const sweeper = sweeperOf(counting, { finishedStreams: [FINISHED] })
    const { tally } = await sweeper.sweep({ rate: FLAT_OUT, segments: 1, isDryRun: true })
    expect(tally).toEqual(tallyOfAll(everyone.length))
    expect(new Set(counting.calls)).toEqual(new Set(['scan']))
    expect(await Promise.all(everyone.map(({ user }) => store.read(user)))).toEqual(before)
    await store.close()
  })

  it.each([1, 3])('in %i segment(s), interrupted and continued, meets all users', async (segments) => {
    const store = await makeStore()
    const everyone = await populate(store)
    const recorder = new Recorder(store)
    const stateFile = new SweepStateFile(join(temporaryFolder(), 'state.json'))
    const runs = await sweepInPieces(recorder, segments, stateFile)
    expect(runs).toBeGreaterThan(segments)
    expect([...recorder.met].toSorted()).toEqual(everyone.map(({ user }) => user).toSorted())
    for (const { user, after } of everyone) expect(contentOf(await store.read(user)), user).toEqual(after)
    await store.close()
  })
})

const STOPPED = { how: 'stopped', leaseId: LIVE.id, atMs: 0, untilMs: 1 } as const

describe('a user whose last stream was stopped', () => {
  it('is removed from a DynamoDB table, which would keep the item for weeks', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    const user = 'user-1' as UserId
    await store.add(user, LIVE, { capacity: 3 })
    await store.remove(user, { id: LIVE.id }, STOPPED)
    expect(await dynalite.itemOf(tableName, user)).toBeDefined()
    await sweepAll(store, 1)
    expect(await dynalite.itemOf(tableName, user)).toBeUndefined()
    await store.close()
  })
})

describe('an entry that the old service added to an item whose last stream was stopped', () => {
  it('cannot be deleted by the TTL of the table once a sweep has met it, and a dry run writes nothing', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    const user = 'user-1' as UserId
    await store.add(user, LIVE, { capacity: 3 })
    await store.remove(user, { id: LIVE.id }, STOPPED)
    const emptied = (await dynalite.itemOf(tableName, user)) ?? {}
    await dynalite.put(tableName, { ...emptied, Streams: { L: [{ S: 'old' }] } })
    const sweep = (isDryRun: boolean): Promise<SweepReport> =>
      sweeperOf(store).sweep({ rate: FLAT_OUT, segments: 1, isDryRun })
    await sweep(true)
    expect(await dynalite.itemOf(tableName, user)).toHaveProperty('ExpiresAt')
    expect(await sweep(false)).toMatchObject({ outcome: 'finished', tally: { leasesLapsed: 0 } })
    const swept = await dynalite.itemOf(tableName, user)
    expect(swept).not.toHaveProperty('ExpiresAt')
    expect(swept).toMatchObject({ Streams: { L: [{ S: 'old' }] } })
    await store.close()
  })
})

function sweepAll(store: Store, segments: number): Promise<SweepReport> {
  return sweeperOf(store, { finishedStreams: [FINISHED] }).sweep({ rate: FLAT_OUT, segments })
}

/** The store with small pages, and a list of the users that they showed. */
class Recorder implements Pick<Store, 'scan' | 'replace'> {
  readonly met = new Set<UserId>()
  readonly replace: SweeperParts['store']['replace']
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
    this.replace = (user, seen, next) => store.replace(user, seen, next)
  }

  async scan(request: ScanRequest): Promise<ScanPage> {
    const page = await this.#store.scan({ ...request, pageSize: 3 })
    for (const { user } of page.users) this.met.add(user)
    return page
  }
}

/** Sweeps two pages at a time, each time from the saved state. Returns the number of runs. */
async function sweepInPieces(store: Recorder, segments: number, file: SweepStateFile): Promise<number> {
  const sweeper = sweeperOf(store, { finishedStreams: [FINISHED] })
  for (let run = 1; ; run += 1) {
    const controller = new AbortController()
    let pages = 0
    const report = await sweeper.sweep({
      rate: FLAT_OUT,
      segments,
      left: file.read()?.left,
      signal: controller.signal,
      onPage: () => {
        pages += 1
        if (pages === 2) controller.abort()
      },
    })
    if (report.outcome === 'finished') return run
    expect(report.outcome).toBe('interrupted')
    file.write({ store: 'any', segments, left: report.left })
  }
}
