import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client, idsIn, type Answer } from './client.ts'
import { startService } from './running-service.ts'
import { temporaryFolder, type AtEnd } from '../../stores/test/temporary-folder.ts'

const LIMIT = 3
const RACERS = 40
const USERS = 60

describe.each([1, 2])('many starts at once, with %i worker(s) on one LMDB environment', (workers) => {
  const tidyUps: Parameters<AtEnd>[0][] = []
  const atEnd: AtEnd = (tidyUp) => void tidyUps.unshift(tidyUp)
  let client: Client

  beforeAll(async () => {
    const { url } = await startService({ folder: temporaryFolder(atEnd), workers }, atEnd)
    client = new Client(url)
  })

  afterAll(async () => {
    for (const tidyUp of tidyUps) await tidyUp()
  })

  it('admit exactly three of 40, for each of 60 users, and each refusal names those three', async () => {
    const users = Array.from({ length: USERS }, (_, index) => `user-${index}`)
    const races = await Promise.all(users.map((user) => race(client, user)))
    for (const [index, answers] of races.entries()) {
      expect((await client.list(`user-${index}`)).toSorted()).toEqual(winnersWhereExactly(LIMIT, answers))
    }
  })

  it('repeated 40 times by one stream are admitted once, renewed 39 times, and take one slot', async () => {
    const answers = await Promise.all(Array.from({ length: RACERS }, () => client.start('repeater', 'same')))
    expect(statuses(answers)).toEqual({ 200: RACERS - 1, 201: 1 })
    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(1)
    expect(await client.list('repeater')).toEqual(['same'])
    const { body } = await client.start('repeater', 'second')
    expect(body).toMatchObject({ active: 2, streams: ['same', 'second'] })
  })

  it('fill a slot that a stop has freed exactly once', async () => {
    for (const streamId of ['first', 'second', 'third']) await client.start('full', streamId)
    expect((await client.stop('full', 'second')).status).toBe(204)
    const answers = await race(client, 'full')
    const [winner] = winnersWhereExactly(1, answers, ['first', 'third'])
    expect(await client.list('full')).toEqual(['first', 'third', winner])
  })

  it('fill the slots of three expired leases, and no more', async () => {
    const folder = temporaryFolder()
    const users = ['one', 'two', 'three', 'four', 'five', 'six']
    await leaveLapsedLeases(folder, users)
    const later = new Client((await startService({ folder, workers })).url)
    for (const user of users) {
      expect(await later.list(user)).toEqual([])
      const answers = await race(later, user)
      expect((await later.list(user)).toSorted()).toEqual(winnersWhereExactly(LIMIT, answers))
    }
  })
})

function race(client: Client, user: string): Promise<Answer[]> {
  return Promise.all(Array.from({ length: RACERS }, (_, index) => client.start(user, `film-${index}`)))
}

/**
 * The ids that were admitted, sorted. Checks that all others were refused with the holders of the
 * slots.
 */
function winnersWhereExactly(count: number, answers: readonly Answer[], holders: string[] = []): string[] {
  expect(statuses(answers)).toEqual({ 201: count, 409: RACERS - count })
  const winners = answers.flatMap(({ status }, index) => (status === 201 ? [`film-${index}`] : []))
  const expected = [...holders, ...winners].toSorted()
  for (const answer of answers.filter(({ status }) => status === 409)) {
    expect(answer.body).toMatchObject({ type: '/problems/stream-limit-reached', limit: LIMIT, active: LIMIT })
    expect(idsIn(answer).toSorted()).toEqual(expected)
  }
  return winners.toSorted()
}

function statuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/**
 * Fills each user's roster under a policy of short leases, and returns when the last lease has
 * expired.
 */
async function leaveLapsedLeases(folder: string, users: readonly string[]): Promise<void> {
  const policy = join(folder, 'short-leases.json')
  writeFileSync(policy, JSON.stringify({ leaseSeconds: 1, plans: { short: { limits: [{ max: LIMIT }] } } }))
  const service = await startService({ folder, flags: ['--policy', policy] })
  const client = new Client(service.url)
  const old = ['old-1', 'old-2', 'old-3']
  const answers = await Promise.all(
    users.flatMap((user) => old.map((streamId) => client.start(user, streamId))),
  )
  expect(statuses(answers)).toEqual({ 201: users.length * old.length })
  await service.killAll()
  await pause(1100)
}
