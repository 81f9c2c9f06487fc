import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

/** Calls back when it is time to clean up: by default after the running test. */
export type AtEnd = (tidyUp: () => void | Promise<void>) => void

/** A new, empty folder that is removed at the end, whatever the outcome. */
export function temporaryFolder(atEnd: AtEnd = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'streamgate-'))
  atEnd(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/**
 * Cleans up after the last test of the file or of the `describe` that calls this, newest first.
 *
 * `afterAll` itself is too late for it: called inside a hook or a test, Vitest never calls back.
 */
export function atEndOfTests(): AtEnd {
  const endings: (() => void | Promise<void>)[] = []
  afterAll(async () => {
    for (const ending of endings.toReversed()) await ending()
  })
  return (ending) => void endings.push(ending)
}
