/** Rounds of load: in each, every contender has one stretch, and the order turns round. */
import type { Mix } from './load/mixes.ts'
import type { Progress } from './progress.ts'
import type { Runner, Shape, Stretch } from './runner.ts'

/** What was measured of one contender in one mix. */
export type Row = { readonly runner: Runner; readonly mix: Mix; readonly stretches: readonly Stretch[] }

/** How to run the rounds of one mix. */
export type Rounds = {
  readonly mix: Mix
  readonly requestFile: string
  readonly shape: Shape
  readonly rounds: number
  /** V8 has compiled nothing yet before the first mix. */
  readonly isFirst: boolean
  readonly progress: Progress
}

/** V8 compiles the last hot code after some seconds. Later mixes need less. */
const FIRST_WARM_UP_SECONDS = 3
const LATER_WARM_UP_SECONDS = 1
/** A stretch takes longer than its load: a generator starts, and reads its requests. */
export const STRETCH_OVERHEAD_SECONDS = 0.1

/** Runs the rounds of a mix, for those contenders that take part in it. */
export async function runRounds(all: readonly Runner[], about: Rounds): Promise<Row[]> {
  const { mix, shape, rounds, isFirst } = about
  const warmUpSeconds = isFirst ? FIRST_WARM_UP_SECONDS : LATER_WARM_UP_SECONDS
  const runners = all.filter((runner) => runner.takesPartIn(mix))
  const measured = new Map<Runner, Stretch[]>(runners.map((runner) => [runner, []]))
  for (const runner of runners) await stretch(runner, about, { ...shape, seconds: warmUpSeconds })
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? runners : runners.toReversed()
    for (const runner of order) measured.get(runner)?.push(await stretch(runner, about, shape))
  }
  return runners.map((runner) => ({ runner, mix, stretches: measured.get(runner) ?? [] }))
}

function stretch(runner: Runner, { mix, requestFile, progress }: Rounds, shape: Shape): Promise<Stretch> {
  progress.step(`${mix.name}: ${runner.entry.name}`, shape.seconds + STRETCH_OVERHEAD_SECONDS)
  return runner.measure(mix, requestFile, shape)
}

/** How long the rounds of these mixes take. */
export function expectedSeconds(
  mixes: readonly Mix[],
  { runners, shape, rounds }: { runners: readonly Runner[]; shape: Shape; rounds: number },
): number {
  const perMix = mixes.map((mix, index) => {
    const warmUp = index === 0 ? FIRST_WARM_UP_SECONDS : LATER_WARM_UP_SECONDS
    const stretches = rounds * (shape.seconds + STRETCH_OVERHEAD_SECONDS) + warmUp + STRETCH_OVERHEAD_SECONDS
    return stretches * runners.filter((runner) => runner.takesPartIn(mix)).length
  })
  return perMix.reduce((sum, seconds) => sum + seconds, 0)
}
