import type { Suite } from './suite.ts'

/** The parts of Vitest's JSON report that are read here. */
export type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** The result of a suite. Without faults it passed. */
export type Judgement = {
  readonly passed: number
  readonly failed: number
  readonly faults: readonly string[]
}

/** How many names of skipped cases are shown. */
const NAMES_MAX = 5

/** Judges a run by its exit code and its report, which is missing if Vitest broke off. */
export function judge(suite: Suite, report: Report | undefined, exitCode: number | null): Judgement {
  if (report === undefined)
    return { passed: 0, failed: 0, faults: [`ended with ${exitCode} and reported nothing`] }
  const { numPassedTests: passed, numFailedTests: failed } = report
  const judged = passed + failed
  const skipped = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
  const names = skipped.slice(0, NAMES_MAX).map(({ fullName }) => fullName)
  return {
    passed,
    failed,
    faults: [
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(failed === 0 && exitCode !== 0 ? [`ended with ${exitCode}, though no case failed`] : []),
      ...(skipped.length > 0 ? [`${skipped.length} skipped: ${names.join('; ')}`] : []),
      ...(judged < suite.casesMin ? [`judged ${judged} cases, its floor is ${suite.casesMin}`] : []),
    ],
  }
}
