/**
 * The repository that the commands work on: which commit it is at, and whether everything is
 * committed.
 */
import { execFileSync } from 'node:child_process'
import { Refusal } from './endings.ts'

/** The number of names shown of a dirty tree. The rest is counted. */
const NAMES_SHOWN = 10

const FULL_COMMIT = /^[0-9a-f]{40}$/
const SHORT_COMMIT = /^[0-9a-f]{7,39}$/

/** A git repository on disk. */
export class Repository {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** @throws {Refusal} if there is no commit to name a release by. */
  headCommit(): string {
    const commit = this.#git('rev-parse', '--verify', '--quiet', 'HEAD')
    if (commit === undefined) {
      throw new Refusal(
        'a release is named by its commit, and here is none: work in a git clone with at least one commit',
      )
    }
    return commit
  }

  /**
   * The commit that a caller means. 40 hex digits are accepted as they are, since a clone need not
   * know every released commit. Fewer digits must name a commit that this clone knows.
   *
   * @throws {Refusal} if they do not.
   */
  commitNamed(text: string): string {
    if (FULL_COMMIT.test(text)) return text
    const known = SHORT_COMMIT.test(text)
      ? this.#git('rev-parse', '--verify', '--quiet', `${text}^{commit}`)
      : undefined
    if (known === undefined) {
      throw new Refusal(
        `commit ${JSON.stringify(text)} is not known in this clone: give all 40 hex digits, or git fetch first`,
      )
    }
    return known
  }

  /** Whether this clone has the commit. */
  knows(commit: string): boolean {
    return this.#git('cat-file', '-e', `${commit}^{commit}`) !== undefined
  }

  /** Whether this clone knows that one commit builds on another. */
  isAncestor(older: string, newer: string): boolean {
    return this.#git('merge-base', '--is-ancestor', older, newer) !== undefined
  }

  /** Whether this clone lacks part of the history. */
  isShallow(): boolean {
    return this.#git('rev-parse', '--is-shallow-repository') === 'true'
  }

  /** @throws {Refusal} that names the uncommitted files. */
  refuseDirtyTree(): void {
    const names = (this.#git('status', '--porcelain') ?? '').split('\n').filter(Boolean)
    if (names.length === 0) return
    const shown = names.slice(0, NAMES_SHOWN).map((line) => line.slice(3))
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''
    throw new Refusal(
      `the tree is dirty, so its commit would not say what is released: commit or remove ${shown.join(', ')}${more}`,
    )
  }

  #git(...args: string[]): string | undefined {
    try {
      const output = execFileSync('git', args, {
        cwd: this.root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      return output.trimEnd()
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        throw new Refusal('git is not installed, and releases are named by commits')
      }
      return undefined
    }
  }
}
