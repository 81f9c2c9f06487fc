import { describe, expect, it } from 'vitest'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { findChromium } from './chromium.ts'

/** Describes tests in Chromium. Without Chromium one test says so, and fails in CI. */
export function describeInChromium(name: string, describeIt: (executablePath: string) => void): void {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    it('needs Chromium, which this machine lacks: no player was tried', () => {
      process.stdout.write('No Chromium or Chrome on this machine: no player was tried in a browser.\n')
      expect(ENVIRONMENT['CI']).not.toBe('true')
    })
  } else {
    describe(name, () => describeIt(executablePath))
  }
}
