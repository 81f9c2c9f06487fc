/** Which connections the pods may accept and open. */
import type { INetworkPolicyEgressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyEgressRule'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { LABELS, NAME, PORT_NAME } from './names.ts'

/** The label of a namespace whose pods may call, such as those of the ingress and of Prometheus. */
export const CALLERS = { 'streamgate-callers': 'true' }

/** A policy that lets the pods open only these connections. */
export function networkPolicy(egress: INetworkPolicyEgressRule[]): NetworkPolicy {
  return new NetworkPolicy({
    metadata: { name: NAME, labels: LABELS },
    spec: {
      podSelector: { matchLabels: LABELS },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          // All pods of the own namespace, and all of the namespaces with the label.
          from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: CALLERS } }],
          ports: [{ protocol: 'TCP', port: PORT_NAME }],
        },
      ],
      egress,
    },
  })
}
