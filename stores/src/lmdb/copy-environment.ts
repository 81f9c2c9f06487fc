/**
 * A program: copies the environment in a folder into another folder, as it was at one instant. It
 * is a process of its own, because a copy cannot be ended otherwise. A failure is a line on
 * standard error.
 */
import { open } from 'lmdb'
import { READERS_MAX } from './data-file.ts'

const [from = '', to = ''] = process.argv.slice(2)
try {
  const environment = open({ path: from, noSubdir: false, readOnly: true, maxReaders: READERS_MAX })
  // A compact copy would lack the snapshot before the newest one, which a repair may need.
  await environment.backup(to, false)
  await environment.close()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
