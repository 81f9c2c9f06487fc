import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Calls back when it is time to tidy up: after the running test, unless somebody says otherwise. */
export type AtEnd = (tidyUp: () => void | Promise<void>) => void

/** A new, empty folder that is gone at the end, whatever the outcome. */
export function temporaryFolder(atEnd: AtEnd = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'streamgate-'))
  atEnd(() => rmSync(path, { recursive: true, force: true }))
  return path
}
