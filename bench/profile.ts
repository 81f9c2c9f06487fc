/** Where the time goes: a CPU profile of a contender under load, by room and as stacks. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startContender } from './contender.ts'
import { THIS_CHECKOUT, type Entry } from './contenders.ts'
import { mixNamed } from './load/mixes.ts'
import { Runner, type Shape } from './runner.ts'
import { stacksOf, type CpuProfile, type Stack } from './stacks.ts'

/** V8 compiles the last hot code in this time. It is not part of the profile. */
const WARM_UP_SECONDS = 3
const PROFILED_SECONDS = 4
export const PROFILE_SECONDS = WARM_UP_SECONDS + PROFILED_SECONDS + 2
const MICROSECONDS = 1e6

/** Loads the contender with starts, and returns the stacks that were seen. */
export async function profileOf(
  entry: Entry,
  { folder, requestFile, shape }: { folder: string; requestFile: string; shape: Shape },
): Promise<Stack[]> {
  const own = join(folder, `profile-${entry.name}`)
  mkdirSync(own, { recursive: true })
  const launch = entry.launch({ checkout: THIS_CHECKOUT, folder: own })
  const contender = await startContender({
    ...launch,
    args: [...launch.args, '--drain-seconds', '0'],
    nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${own}`, '--cpu-prof-name=bench.cpuprofile'],
  })
  const runner = new Runner(entry, THIS_CHECKOUT, contender)
  const mix = mixNamed('starts')
  await runner.measure(mix, requestFile, { ...shape, seconds: WARM_UP_SECONDS })
  const beganAtMs = performance.now()
  await runner.measure(mix, requestFile, { ...shape, seconds: PROFILED_SECONDS })
  const loadedMs = performance.now() - beganAtMs
  await contender.stop('SIGTERM')
  const afterMs = performance.now() - beganAtMs - loadedMs
  const profile = readProfile(own)
  const endsAt = profile.endTime - afterMs * 1000
  return stacksOf(profile, { from: endsAt - PROFILED_SECONDS * MICROSECONDS, to: endsAt })
}

function readProfile(folder: string): CpuProfile {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
  if (file === undefined) throw new Error('Node wrote no profile')
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile
}
