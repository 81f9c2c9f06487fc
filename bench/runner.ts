/** Contenders that run, and measured stretches of load on them. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startContender, type Contender } from './contender.ts'
import type { Entry, Site } from './contenders.ts'
import { loadFlatOut, type Loaded } from './load/generator.ts'
import type { Mix } from './load/mixes.ts'
import { writeRequests } from './load/request-file.ts'

/** A stretch of load, with the CPU time that the server took for it. */
export type Stretch = Loaded & { readonly cpuSeconds: number }

/** How long, and by how many connections. */
export type Shape = { readonly seconds: number; readonly connections: number }

/** A contender that runs. It goes on with the requests where its last stretch ended. */
export class Runner {
  readonly entry: Entry
  /** Which checkout it is from, if two are compared. */
  readonly checkout: string
  readonly contender: Contender
  readonly #positions = new Map<string, number>()

  constructor(entry: Entry, checkout: string, contender: Contender) {
    this.entry = entry
    this.checkout = checkout
    this.contender = contender
  }

  async measure(mix: Mix, requestFile: string, shape: Shape): Promise<Stretch> {
    const before = this.contender.usage().cpuSeconds
    const loaded = await this.#load(mix, requestFile, shape)
    return { ...loaded, cpuSeconds: this.contender.usage().cpuSeconds - before }
  }

  async #load({ verbs }: Mix, requestFile: string, shape: Shape): Promise<Loaded> {
    if (this.entry.loadsItself) return (await this.contender.ask({ verbs, ...shape })) as Loaded
    const position = this.#positions.get(requestFile) ?? 0
    const loaded = await loadFlatOut({ port: this.contender.port, requestFile }, { ...shape, position })
    this.#positions.set(requestFile, loaded.position)
    return loaded
  }

  takesPartIn(mix: Mix): boolean {
    return this.entry.mixes?.includes(mix.name) ?? true
  }
}

/** Starts these contenders from a checkout, with their data in folders below that of the site. */
export async function startRunners(entries: readonly Entry[], site: Site): Promise<Runner[]> {
  const runners: Runner[] = []
  for (const entry of entries) {
    const folder = join(site.folder, entry.name)
    mkdirSync(folder, { recursive: true })
    runners.push(new Runner(entry, site.checkout, await startContender(entry.launch({ ...site, folder }))))
  }
  return runners
}

/** Writes the requests of each mix into this folder, and says where they are. */
export function writeRequestFiles(folder: string, mixes: ReadonlySet<Mix>): ReadonlyMap<Mix, string> {
  return new Map(
    Array.from(mixes, (mix) => {
      const file = join(folder, `${mix.name}.requests`)
      writeRequests(file, mix)
      return [mix, file]
    }),
  )
}
