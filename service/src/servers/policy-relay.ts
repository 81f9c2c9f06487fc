/**
 * The policy on its way from the primary to its workers. They never read the file themselves: so all of them decide by one
 * policy, and one that is started after the file was spoilt has the policy that is in force.
 */
import cluster from 'node:cluster'
import { parsePolicyText, type PolicySource } from '../policy/policy-file.ts'
import type { PolicyState } from '../policy/policy-in-force.ts'
import type { PolicyReloader } from '../policy/policy-reloader.ts'

type PolicyRequest = { readonly kind: 'policy-request' }
type PolicyMessage = { readonly kind: 'policy'; readonly state: PolicyState }

/** In the primary: tells workers the policy when they ask for it, and whenever it changes. */
export function relayPolicy(reloader: PolicyReloader): void {
  cluster.on('message', (worker, message: PolicyRequest) => {
    if (message.kind === 'policy-request') worker.send(messageOf(reloader.state))
  })
  reloader.start((state) => {
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker?.isConnected() === true) worker.send(messageOf(state))
    }
  })
}

function messageOf(state: PolicyState): PolicyMessage {
  return { kind: 'policy', state }
}

/** In a worker: what its primary says of the policy. */
export class PolicyFeed {
  #state: PolicyState
  #follower: ((state: PolicyState) => void) | undefined

  private constructor(first: PolicyState) {
    this.#state = first
  }

  /** Asks the primary. From now on SIGHUP says nothing here: whoever sends it means the primary. */
  static open(): Promise<PolicyFeed> {
    process.on('SIGHUP', () => {})
    return new Promise((resolve) => {
      let feed: PolicyFeed | undefined
      process.on('message', (message: PolicyMessage) => {
        if (message.kind !== 'policy') return
        if (feed === undefined) resolve((feed = new PolicyFeed(message.state)))
        else feed.#hear(message.state)
      })
      const request: PolicyRequest = { kind: 'policy-request' }
      process.send?.(request)
    })
  }

  get state(): PolicyState {
    return this.#state
  }

  /** The policy in force, in the place of the worker's own: of a built-in one, `builtIn`. */
  source(builtIn: PolicySource): PolicySource {
    const { text } = this.#state
    return text === undefined ? builtIn : { policy: parsePolicyText(text), text }
  }

  /** Hands over the newest state at once, and every later one. */
  follow(follower: (state: PolicyState) => void): void {
    this.#follower = follower
    follower(this.#state)
  }

  #hear(state: PolicyState): void {
    this.#state = state
    this.#follower?.(state)
  }
}
