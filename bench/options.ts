/** The command line of the benchmarks. */
import { parseArgs } from 'node:util'
import { ENTRIES, type Entry } from './contenders.ts'
import { MIXES, type Mix } from './load/mixes.ts'

/** What to measure, and how long. */
export type BenchOptions = {
  readonly entries: readonly Entry[]
  readonly mixes: readonly Mix[]
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  readonly sections: readonly Section[]
  /** Whether `docs/performance.md` is written. */
  readonly isWritten: boolean
  /** Starts a second at the steady pace. If absent, shares of what each contender reached. */
  readonly pace?: number
  /** The checkout to compare with. */
  readonly against?: string
}

/** A part of the run. */
export type Section = 'flat-out' | 'steady' | 'growth' | 'profile'

const SECTIONS: readonly { readonly name: Section }[] = [
  { name: 'flat-out' },
  { name: 'steady' },
  { name: 'growth' },
  { name: 'profile' },
]

const USUAL = ENTRIES.filter(({ isUsual }) => isUsual)
const UNUSUAL = ENTRIES.filter(({ isUsual }) => !isUsual)

const USUAL_ROUNDS = 5
/** A change of a few per cent shows only over many rounds. */
const PAIRED_ROUNDS = 15

export const HELP = `npm run bench -- [options]

Compares Streamgate with a server that does nothing, and with other ways to write it. All
contenders run at once, each stretch of load goes to one of them, and they take turns. Compare
contenders by their ratio to the floor within one run, not by absolute figures.

  --only NAMES         contenders, separated by commas. Usually:
                       ${namesOf(USUAL).join(', ')}
                       and others by name: ${namesOf(UNUSUAL).join(', ')}
  --mix NAMES          ${namesOf(MIXES).join(', ')}
  --seconds N          length of one stretch of load, in whole seconds (default 1)
  --rounds N           stretches for each contender and mix, after one to warm up
                       (default 5, and 15 with --against)
  --connections N      connections, each with one request under way (default 64)
  --against FOLDER     instead, compares Streamgate in this checkout with that of another one. They
                       take turns in one run (default: --only memory,lmdb)
  --sections NAMES     ${namesOf(SECTIONS).join(', ')}: answers as fast as possible, latency at a
                       steady pace, many users, and where the time goes (default: all, or flat-out
                       with --only, --mix or --against)
  --pace N             starts per second at the steady pace (default: a quarter, half and three
                       quarters of what the contender answered)
  --write              writes docs/performance.md and its pictures. Takes the whole run.
  --help               shows this text

Did a change help? --against shows it over ${PAIRED_ROUNDS} rounds, and with --connections 1 for a single viewer.
The range after a ratio holds the true one in 19 of 20 runs. If it holds 1, take more rounds:
  git worktree add ../before main && (cd ../before && npm ci)
  npm run bench -- --against ../before --mix starts
`

const PAIRED = 'memory,lmdb'
const ALL_SECTIONS = namesOf(SECTIONS).join(',')

/**
 * Reads the arguments. Returns undefined if they ask for help.
 *
 * @throws {Error} that says which argument is wrong.
 */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      mix: { type: 'string' },
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string' },
      connections: { type: 'string', default: '64' },
      against: { type: 'string' },
      sections: { type: 'string' },
      pace: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { mix, against, pace } = values
  const isPart = [values.only, mix, against, values.sections, pace].some((each) => each !== undefined)
  if (values.write && isPart) throw new Error('--write takes the whole run: it goes with no choice of parts')
  const only = values.only ?? (against === undefined ? undefined : PAIRED)
  const sections = values.sections ?? usualSections(isPart, pace)
  return {
    entries: only === undefined ? USUAL : chosen(only, ENTRIES, '--only'),
    mixes: mix === undefined ? MIXES : chosen(mix, MIXES, '--mix'),
    seconds: wholeNumber(values.seconds, '--seconds'),
    rounds: values.rounds === undefined ? usualRounds(against) : wholeNumber(values.rounds, '--rounds'),
    connections: wholeNumber(values.connections, '--connections'),
    sections: chosen(sections, SECTIONS, '--sections').map(({ name }) => name),
    isWritten: values.write,
    ...(pace !== undefined && { pace: wholeNumber(pace, '--pace') }),
    ...(against !== undefined && { against }),
  }
}

function usualSections(isPart: boolean, pace: string | undefined): string {
  if (pace !== undefined) return 'steady'
  return isPart ? 'flat-out' : ALL_SECTIONS
}

function usualRounds(against: string | undefined): number {
  return against === undefined ? USUAL_ROUNDS : PAIRED_ROUNDS
}

function chosen<Named extends { readonly name: string }>(
  text: string,
  all: readonly Named[],
  flag: string,
): Named[] {
  return text.split(',').map((name) => {
    const found = all.find((each) => each.name === name.trim())
    if (found === undefined) throw new Error(`${flag}: "${name}" is not one of ${namesOf(all).join(', ')}`)
    return found
  })
}

function wholeNumber(text: string, flag: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${flag} must be a whole number above 0, got "${text}"`)
  return Number(text)
}

function namesOf(all: readonly { readonly name: string }[]): string[] {
  return all.map(({ name }) => name)
}
