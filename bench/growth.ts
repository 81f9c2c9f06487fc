/** What more users cost: the pace of starts, memory, the file, and the time of a restart. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { startContender, type Contender } from './contender.ts'
import { THIS_CHECKOUT, type Entry } from './contenders.ts'
import { perCpuSecond } from './figures.ts'
import { populate } from './lapsed-users.ts'
import { loadFlatOut } from './load/generator.ts'
import { mixNamed } from './load/mixes.ts'
import { writeRequests } from './load/request-file.ts'
import type { Progress } from './progress.ts'
import { Runner, type Shape } from './runner.ts'
import { median } from './statistics.ts'

/** One contender with so many users. */
export type Growth = {
  readonly title: string
  readonly users: number
  readonly startsPerCpuSecond: number
  /** Memory of its own, without the pages of files that it has mapped. */
  readonly memoryBytes: number
  readonly fileBytes?: number
  /** From the start of the process until it answers. */
  readonly readyMs?: number
}

type About = { readonly folder: string; readonly shape: Shape; readonly progress: Progress }

export const USER_COUNTS: readonly number[] = [10_000, 100_000, 1_000_000]
const MIX = mixNamed('starts')
const ROUNDS = 3
const WARM_UP_SECONDS = 2
/** For the time left: users that are filled in a second, by both contenders at once. */
const FILLED_PER_SECOND = 20_000

/** Fills the contenders with more and more users, and measures them one after another. */
export async function measureGrowth(entries: readonly Entry[], about: About): Promise<Growth[]> {
  const rows: Growth[] = []
  for (const users of USER_COUNTS) {
    const requestFile = join(about.folder, `${users}.requests`)
    writeRequests(requestFile, MIX, { users, viewers: users })
    about.progress.step(`${users} users: filling`, users / FILLED_PER_SECOND)
    const filled = await Promise.all(entries.map((entry) => fill(entry, users, { ...about, requestFile })))
    for (const each of filled) rows.push(await measure(each, users, { ...about, requestFile }))
  }
  return rows.toSorted((one, other) => one.title.localeCompare(other.title) || one.users - other.users)
}

/** How long that takes. */
export function growthSeconds(contenders: number, { seconds }: Shape): number {
  const perCount = USER_COUNTS.map(
    (users) => users / FILLED_PER_SECOND + contenders * (ROUNDS * seconds + WARM_UP_SECONDS + 1),
  )
  return perCount.reduce((sum, each) => sum + each, 0)
}

type Filled = {
  readonly entry: Entry
  readonly contender: Contender
  readonly dataFile: string
  readonly readyMs: number
}
type WithRequests = About & { readonly requestFile: string }

/** A store on a disk is filled without a service. The one in memory is filled by starts. */
async function fill(entry: Entry, users: number, about: WithRequests): Promise<Filled> {
  const folder = join(about.folder, `${entry.name}-${users}`)
  mkdirSync(folder, { recursive: true })
  if (entry.isDurable) await populate(folder, users)
  const beganAtMs = performance.now()
  const contender = await startContender(entry.launch({ checkout: THIS_CHECKOUT, folder }))
  const readyMs = performance.now() - beganAtMs
  if (!entry.isDurable) await startEach(contender, users, about)
  return { entry, contender, dataFile: join(folder, 'data.mdb'), readyMs }
}

/** Starts a stream for every user, and at the end for some a second time. */
async function startEach(contender: Contender, users: number, about: WithRequests): Promise<void> {
  const { requestFile, shape } = about
  let position = 0
  for (let started = 0; started < users; ) {
    const loaded = await loadFlatOut({ port: contender.port, requestFile }, { ...shape, position })
    if (loaded.answers === 0) throw new Error('A contender does not answer')
    position = loaded.position
    started += loaded.answers
  }
}

async function measure(
  { entry, contender, dataFile, readyMs }: Filled,
  users: number,
  { requestFile, shape, progress }: WithRequests,
): Promise<Growth> {
  const runner = new Runner(entry, THIS_CHECKOUT, contender)
  const paces: number[] = []
  await runner.measure(MIX, requestFile, { ...shape, seconds: WARM_UP_SECONDS })
  for (let round = 0; round < ROUNDS; round += 1) {
    progress.step(`${users} users: ${entry.name}`, shape.seconds)
    paces.push(perCpuSecond(await runner.measure(MIX, requestFile, shape)))
  }
  const { ownBytes } = contender.usage()
  await contender.stop()
  return {
    title: entry.title,
    users,
    startsPerCpuSecond: median(paces),
    memoryBytes: ownBytes,
    ...(entry.isDurable && { readyMs, fileBytes: statSync(dataFile).size }),
  }
}
