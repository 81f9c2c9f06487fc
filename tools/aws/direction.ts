/**
 * Whether a deployment moves forward. A clone that was not updated would silently roll an
 * environment back.
 */
import { Refusal } from './endings.ts'
import type { Repository } from './repository.ts'
import { tell } from './tell.ts'

export type Step = {
  readonly env: string
  /** What the environment runs now. */
  readonly deployed: string
  readonly commit: string
  /** Whether the commit was named, and is not just the tree's. */
  readonly isNamed: boolean
}

/**
 * @throws {Refusal} if the tree's commit is older than what runs, or cannot be shown to be newer.
 */
export function refuseStepBack(repository: Repository, { env, deployed, commit, isNamed }: Step): void {
  if (deployed === commit || repository.isAncestor(deployed, commit)) return
  const isKnown = repository.knows(deployed)
  if (isNamed) {
    tell(`${env} runs commit ${deployed}; this takes it ${isKnown ? 'back ' : ''}to ${commit}`)
    return
  }
  if (!isKnown && repository.isShallow()) {
    tell(
      `${env} runs commit ${deployed}, which this shallow clone does not know: it may be a newer one than ${commit}`,
    )
    return
  }
  const reason = isKnown
    ? `which the commit of this tree, ${commit}, does not build on`
    : `which this clone does not know, so its own ${commit} may be an older one`
  throw new Refusal(
    `${env} runs commit ${deployed}, ${reason}: git pull first, or say --commit ${commit} to roll ${env} back to it`,
  )
}
