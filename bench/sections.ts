/** The parts of a run, one after another, with their results on the terminal. */
import { THIS_CHECKOUT, type Entry } from './contenders.ts'
import { writeDocument, type Results } from './document.ts'
import { figuresOf } from './figures.ts'
import { growthSeconds, measureGrowth, type Growth } from './growth.ts'
import { mixNamed, type Mix } from './load/mixes.ts'
import { measureLatency, openLoopSeconds, pacesOf, SHARES, type Latency } from './open-loop.ts'
import type { BenchOptions } from './options.ts'
import { PROFILE_SECONDS, profileOf } from './profile.ts'
import { Progress } from './progress.ts'
import { expectedSeconds, runRounds, type Row } from './rounds.ts'
import { writeRequestFiles, type Runner, type Shape } from './runner.ts'
import { sharesByRoom, type Stack } from './stacks.ts'
import { tableOfGrowth, tableOfLatencies, tableOfMix, tableOfPair, tableOfShares } from './tables.ts'

const STARTS = mixNamed('starts')
/** Fewer than flat out. The whole run must not take longer than a break. */
const STEADY_ROUNDS = 3
/** Whose growth is measured, and whose profile is made. */
const GROWING = ['memory', 'lmdb']
const PROFILED = 'memory'

/** Runs the sections that were chosen, and writes the document if it was asked for. */
export async function runSections(
  runners: readonly Runner[],
  options: BenchOptions,
  folder: string,
): Promise<void> {
  const results = await new Run(runners, options, folder).all()
  if (options.isWritten) writeDocument(results)
}

class Run {
  readonly #runners: readonly Runner[]
  readonly #options: BenchOptions
  readonly #folder: string
  readonly #mixes: readonly Mix[]
  readonly #files: ReadonlyMap<Mix, string>
  readonly #shape: Shape
  readonly #progress: Progress

  constructor(runners: readonly Runner[], options: BenchOptions, folder: string) {
    const { sections, seconds, connections } = options
    this.#runners = runners
    this.#options = options
    this.#folder = folder
    this.#shape = { seconds, connections }
    // The steady paces are shares of what was answered flat out.
    this.#mixes = sections.includes('flat-out') ? options.mixes : sections.includes('steady') ? [STARTS] : []
    this.#files = writeRequestFiles(folder, new Set([...this.#mixes, STARTS]))
    this.#progress = new Progress(this.#expectedSeconds())
  }

  async all(): Promise<Results> {
    const { sections, rounds } = this.#options
    const mixes = await this.#flatOut()
    const latencies = sections.includes('steady') ? await this.#steady(mixes.flat()) : []
    const growth = sections.includes('growth') ? await this.#growth() : []
    const stacks = sections.includes('profile') ? await this.#profile() : []
    return { mixes, latencies, growth, stacks, shape: this.#shape, rounds }
  }

  async #flatOut(): Promise<Row[][]> {
    const results: Row[][] = []
    for (const mix of this.#mixes) {
      const isFirst = results.length === 0
      const about = { mix, requestFile: this.#fileOf(mix), shape: this.#shape, progress: this.#progress }
      const rows = await runRounds(this.#runners, { ...about, rounds: this.#options.rounds, isFirst })
      this.#say(...(this.#options.against === undefined ? [tableOfMix(rows)] : pairsOf(rows)))
      results.push(rows)
    }
    return results
  }

  async #steady(rows: readonly Row[]): Promise<Latency[]> {
    const { pace } = this.#options
    const paces = rows
      .filter(({ mix, runner }) => mix === STARTS && isSteady(runner))
      .flatMap(({ runner, stretches }) =>
        pace === undefined
          ? pacesOf(runner, figuresOf(stretches, undefined).answersPerSecond)
          : [{ runner, requestsPerSecond: pace }],
      )
    const about = { requestFile: this.#fileOf(STARTS), shape: this.#shape, progress: this.#progress }
    const latencies = await measureLatency(paces, { ...about, rounds: STEADY_ROUNDS })
    this.#say(tableOfLatencies(latencies))
    return latencies
  }

  async #growth(): Promise<Growth[]> {
    const about = { folder: this.#folder, shape: this.#shape, progress: this.#progress }
    const growth = await measureGrowth(this.#growing(), about)
    this.#say(tableOfGrowth(growth))
    return growth
  }

  async #profile(): Promise<Stack[]> {
    const entry = this.#options.entries.find(({ name }) => name === PROFILED)
    if (entry === undefined) return []
    this.#progress.step(`profile: ${PROFILED}`, PROFILE_SECONDS)
    const about = { folder: this.#folder, requestFile: this.#fileOf(STARTS), shape: this.#shape }
    const stacks = await profileOf(entry, about)
    this.#say(tableOfShares(sharesByRoom(stacks)))
    return stacks
  }

  #expectedSeconds(): number {
    const { sections, rounds, pace } = this.#options
    const shape = this.#shape
    const paces = this.#runners.filter(isSteady).length * (pace === undefined ? SHARES.length : 1)
    return (
      expectedSeconds(this.#mixes, { runners: this.#runners, shape, rounds }) +
      (sections.includes('steady') ? openLoopSeconds(paces, { shape, rounds: STEADY_ROUNDS }) : 0) +
      (sections.includes('growth') ? growthSeconds(this.#growing().length, shape) : 0) +
      (sections.includes('profile') ? PROFILE_SECONDS : 0)
    )
  }

  #growing(): Entry[] {
    return this.#options.entries.filter(({ name }) => GROWING.includes(name))
  }

  #fileOf(mix: Mix): string {
    return this.#files.get(mix) ?? ''
  }

  #say(...tables: readonly string[]): void {
    this.#progress.clear()
    for (const table of tables) process.stdout.write(`\n${table}`)
  }
}

/** Whether its latency is measured at a steady pace. */
function isSteady({ entry }: Runner): boolean {
  return entry.loadsItself !== true && entry.name !== 'floor-body'
}

function pairsOf(rows: readonly Row[]): string[] {
  return rows
    .filter(({ runner }) => runner.checkout === THIS_CHECKOUT)
    .flatMap((here) => {
      const there = rows.find(({ runner }) => runner.entry === here.runner.entry && runner !== here.runner)
      return there === undefined ? [] : [tableOfPair(here, there)]
    })
}
