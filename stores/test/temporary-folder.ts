import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A new, empty folder that is gone after the test file. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'streamgate-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return path
}
