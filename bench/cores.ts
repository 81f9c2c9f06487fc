/** Which core runs what: the load has one for itself, and so has the server. */
import { spawnSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'

/** A place to run: the core of the load, that of the server, or both for several workers. */
export type Place = 'load' | 'server' | 'both'

const CORES: Readonly<Record<Place, string>> = { load: '0', server: '1', both: '0,1' }

/** Whether processes can be kept on their cores here. Without that, figures are less steady. */
export const ARE_PINNED =
  availableParallelism() > 1 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0

/** The command line that runs this one in its place. */
export function pinned(place: Place, command: readonly string[]): readonly [string, ...string[]] {
  const [program = '', ...args] = command
  return ARE_PINNED ? ['taskset', '--cpu-list', CORES[place], program, ...args] : [program, ...args]
}

/** With more of other work, the servers do not have a core for themselves. */
const BUSY_CORES_MAX = 0.5

/** How many cores other work kept busy when the run began, if that is too many to measure well. */
export const BUSY_CORES = busyCores()

function busyCores(): number | undefined {
  const [cores = 0] = loadavg()
  return cores > BUSY_CORES_MAX ? cores : undefined
}
