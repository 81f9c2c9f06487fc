import { availableParallelism } from 'node:os'
import type { Config } from '../settings/settings.ts'
import { ok, warning, type Finding } from './finding.ts'

/** Files that a process has open beside its connections, and to spare. */
const OWN_FILES = 100

/** What this machine and this Node offer to a service with these settings. */
export function machineFindings({
  inFlightMax,
  workers,
}: Pick<Config, 'inFlightMax' | 'workers'>): Finding[] {
  return [nodeFinding(), openFilesFinding(inFlightMax), processorsFinding(workers)].flat()
}

/** An older Node than the oldest that the service can run on does not get so far. */
export function nodeFinding(): Finding {
  const { lts } = process.release
  const found = `Node ${process.versions.node}`
  if (lts !== undefined) return ok('node', `${found}, long-term support`)
  return warning('node', `${found}, without long-term support`, 'run an LTS version of Node')
}

/** Each connection is an open file. */
function openFilesFinding(inFlightMax: number): Finding[] {
  const max = openFilesMax()
  if (max === undefined) return []
  const found = `${max} for each process, and up to ${inFlightMax} requests in flight`
  if (max === 'unlimited' || max >= inFlightMax + OWN_FILES) return [ok('open files', found)]
  const todo = `raise the limit above ${inFlightMax + OWN_FILES} (LimitNOFILE of systemd, ulimit -n), or lower --in-flight-max`
  return [warning('open files', found, todo)]
}

/** Node raises its own limit to the highest that it may have. `undefined` if there is no limit. */
function openFilesMax(): number | 'unlimited' | undefined {
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft: number | 'unlimited' } }
  }
  return userLimits?.open_files?.soft
}

function processorsFinding(workers: number): Finding[] {
  const processors = availableParallelism()
  if (workers === 1) return []
  const found = `${processors}, for ${workers} workers`
  if (workers <= processors) return [ok('processors', found)]
  return [warning('processors', found, `set --workers to ${processors} or less`)]
}
