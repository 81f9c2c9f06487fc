/** Some of the test files, run together by `.ci/run`. */
export type Suite = {
  readonly name: string
  /** Test files whose path matches, and that no earlier suite has taken. */
  readonly files: RegExp
  /** A run that judges fewer cases has silently left some out, and fails. */
  readonly casesMin: number
  /** Vitest's configuration, if it is not the one at the root. */
  readonly config?: string
  /**
   * What this machine lacks for the suite, or `undefined`. A suite that lacks something is left
   * out.
   */
  readonly lacks?: () => string | undefined
  /** Whether the run fails if the suite is left out. */
  readonly isRequired?: boolean
}

/** A suite with its files. */
export type FilledSuite = Suite & { readonly paths: readonly string[] }

/**
 * Gives each file to the first suite that matches it.
 *
 * @throws {Error} if a file has no suite, or a suite no file.
 */
export function fill(suites: readonly Suite[], paths: readonly string[]): readonly FilledSuite[] {
  const owners = paths.map((path) => suites.find(({ files }) => files.test(path)))
  const orphan = paths.find((_, index) => owners[index] === undefined)
  if (orphan !== undefined) throw new Error(`${orphan} belongs to no suite`)
  return suites.map((suite) => {
    const own = paths.filter((_, index) => owners[index] === suite)
    if (own.length === 0) throw new Error(`The suite ${suite.name} has no test file`)
    return { ...suite, paths: own }
  })
}
