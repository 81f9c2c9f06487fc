/**
 * The policy on its way from the primary to its workers. Workers never read the file themselves. So
 * all of them decide by one policy, and a worker that starts after the file was spoilt has the
 * policy in force.
 */
import cluster from 'node:cluster'
import { CurrentPolicy, type PolicyState } from '../policy/current-policy.ts'

type PolicyRequest = { readonly kind: 'policy-request' }
type PolicyMessage = { readonly kind: 'policy'; readonly state: PolicyState }

/**
 * In the primary: sends the policy to workers that ask for it, and to all of them when it changes.
 */
export function relayPolicy(current: CurrentPolicy): void {
  cluster.on('message', (worker, message: PolicyRequest) => {
    if (message.kind === 'policy-request') worker.send(messageOf(current.state))
  })
  current.subscribe((_policy, state) => {
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker?.isConnected() === true) worker.send(messageOf(state))
    }
  })
}

/**
 * In a worker: the policy of its primary. SIGHUP has no effect here, because it is meant for the
 * primary.
 */
export function policyOfPrimary(): Promise<CurrentPolicy> {
  process.on('SIGHUP', () => {})
  return new Promise((resolve) => {
    let current: CurrentPolicy | undefined
    process.on('message', ({ kind, state }: PolicyMessage) => {
      if (kind !== 'policy') return
      if (current === undefined) resolve((current = new CurrentPolicy(state)))
      else current.set(state)
    })
    const request: PolicyRequest = { kind: 'policy-request' }
    process.send?.(request)
  })
}

function messageOf(state: PolicyState): PolicyMessage {
  return { kind: 'policy', state }
}
