/** The manifests in `ops/kubernetes`, as the tests read them. */
import { readYaml } from './ops-packages.ts'

/** A container, as far as the tests read it. */
export type Container = {
  readonly image: string
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
  readonly securityContext: unknown
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
}

type Probe = { readonly httpGet: { readonly path: string; readonly port: string } }

/** The template of a pod, as far as the tests read it. */
export type PodSpec = {
  readonly terminationGracePeriodSeconds: number
  readonly enableServiceLinks: boolean
  readonly automountServiceAccountToken: boolean
  readonly serviceAccountName: string
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly containers: readonly [Container]
  readonly topologySpreadConstraints?: readonly { readonly topologyKey: string }[]
}

/** A Deployment or a StatefulSet. */
export type Workload = {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly replicas?: number
    readonly selector: { readonly matchLabels: object }
    readonly volumeClaimTemplates?: unknown
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec }
  }
}

/** Where the workload of each store is. */
export const WORKLOADS = {
  redis: 'overlays/redis/deployment.yaml',
  lmdb: 'overlays/lmdb/stateful-set.yaml',
} as const

/** A manifest, by its path in `ops/kubernetes`. */
export function manifest(path: string): unknown {
  return readYaml(`ops/kubernetes/${path}`)
}
