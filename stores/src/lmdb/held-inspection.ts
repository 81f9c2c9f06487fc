/**
 * A program: inspects an environment while it holds a snapshot, so that LMDB reuses none of the
 * pages that the inspection reads. Writes the inspection to standard output, as JSON. LMDB may end
 * this process if the file is damaged.
 */
import { open } from 'lmdb'
import { inspect, isFlawless } from './inspection.ts'

/** A meta page can be read while it is written. That does not happen five times in a row. */
const ATTEMPTS_MAX = 5

const [folder = '', file = ''] = process.argv.slice(2)
const environment = open({ path: folder, noSubdir: false, readOnly: true })
const snapshot = environment.useReadTransaction()
let inspection = inspect(file)
for (let attempt = 1; !isFlawless(inspection) && attempt < ATTEMPTS_MAX; attempt += 1) {
  inspection = inspect(file)
}
snapshot.done()
await environment.close()
process.stdout.write(JSON.stringify(inspection))
