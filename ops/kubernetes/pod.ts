/**
 * What the pods of both stores have in common. A Deployment and a StatefulSet add their store.
 */
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar'
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { ITopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint'
import type { IVolume } from 'kubernetes-models/v1/Volume'
import type { IContainer } from 'kubernetes-models/v1/Container'
import { IMAGE, LABELS, NAME, PORT, PORT_NAME } from './names.ts'

/** The user of the image. A volume is given to the group of the same number. */
const USER = 1000

/** Longest time from the closing of the port to the end of the last process. */
const FINISH_SECONDS = 20

const POLICY_FOLDER = '/etc/streamgate'

/** The config map with the policy, and the file in it. */
export const POLICY = { configMap: `${NAME}-policy`, file: 'policy.json' } as const

/** What differs between the stores. */
export type StorePod = {
  /** STREAMGATE_STORE, and what else this store needs. */
  readonly settings: readonly IEnvVar[]
  /** How long a pod goes on serving after SIGTERM. */
  readonly drainSeconds: number
  /** A volume of the store, and its place. */
  readonly data?: { readonly volume: IVolume; readonly mountPath: string }
  /** What the pods are spread over. */
  readonly spreadOver?: readonly string[]
}

/** The template of a pod. */
export function podTemplate(pod: StorePod): IPodTemplateSpec {
  return {
    metadata: { labels: LABELS },
    spec: {
      serviceAccountName: NAME,
      automountServiceAccountToken: false,
      // Otherwise Kubernetes sets STREAMGATE_PORT to the address of the Service, which is no port.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: pod.drainSeconds + FINISH_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(pod.spreadOver === undefined ? {} : { topologySpreadConstraints: pod.spreadOver.map(evenly) }),
      containers: [container(pod)],
      volumes: [
        { name: 'policy', configMap: { name: POLICY.configMap } },
        ...(pod.data === undefined ? [] : [pod.data.volume]),
      ],
    },
  }
}

function container({ settings, drainSeconds, data }: StorePod): IContainer {
  return {
    name: NAME,
    image: IMAGE,
    env: [
      ...settings,
      { name: 'STREAMGATE_AUTH', value: 'none' },
      { name: 'STREAMGATE_POLICY', value: `${POLICY_FOLDER}/${POLICY.file}` },
      { name: 'STREAMGATE_DRAIN_SECONDS', value: String(drainSeconds) },
    ],
    ports: [{ name: PORT_NAME, containerPort: PORT }],
    // The processor has no limit. A throttled process answers late.
    resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    // LMDB reads its whole file before the port opens.
    startupProbe: { ...get('/livez'), periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
    // This does not ask the store. A restart would not bring the store back.
    livenessProbe: { ...get('/livez'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { ...get('/readyz'), periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 },
    volumeMounts: [
      // The whole folder, because a single file that is mounted never changes.
      { name: 'policy', mountPath: POLICY_FOLDER, readOnly: true },
      ...(data === undefined ? [] : [{ name: data.volume.name, mountPath: data.mountPath }]),
    ],
  }
}

function get(path: string): { httpGet: { path: string; port: string } } {
  return { httpGet: { path, port: PORT_NAME } }
}

/** Prefers an even spread. A pod in the wrong place is better than none. */
function evenly(topologyKey: string): ITopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: LABELS },
    // Counts the pods of one version, so that a rolling update ends evenly too.
    matchLabelKeys: ['pod-template-hash'],
  }
}
