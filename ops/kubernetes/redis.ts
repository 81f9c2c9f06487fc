/** Any number of pods over one Redis or Valkey. */
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { LABELS, NAME, type Objects } from './names.ts'
import { networkPolicy } from './network.ts'
import { podTemplate } from './pod.ts'

/** Long enough for each node and each load balancer to hear that the pod ends. */
const DRAIN_SECONDS = 10

/** Redis, and its sentinels. */
const STORE_PORTS = [6379, 26_379]

/** The objects of `overlays/redis/`. */
export const REDIS: Objects = {
  deployment: new Deployment({
    metadata: { name: NAME, labels: LABELS },
    // The number of pods is the autoscaler's. Given here, it would be reset by each `apply`.
    spec: {
      selector: { matchLabels: LABELS },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      revisionHistoryLimit: 3,
      template: podTemplate({
        settings: [
          // The address may hold a password.
          {
            name: 'STREAMGATE_STORE',
            valueFrom: { secretKeyRef: { name: `${NAME}-redis`, key: 'address' } },
          },
          // Redis drops what has expired. Otherwise each pod would read all users each hour.
          { name: 'STREAMGATE_SWEEP_MINUTES', value: '0' },
        ],
        drainSeconds: DRAIN_SECONDS,
        spreadOver: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
      }),
    },
  }),
  'horizontal-pod-autoscaler': new HorizontalPodAutoscaler({
    metadata: { name: NAME, labels: LABELS },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME },
      minReplicas: 3,
      maxReplicas: 12,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ],
    },
  }),
  'pod-disruption-budget': new PodDisruptionBudget({
    metadata: { name: NAME, labels: LABELS },
    spec: { selector: { matchLabels: LABELS }, maxUnavailable: 1 },
  }),
  'network-policy': networkPolicy([
    {
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ],
    },
    { ports: STORE_PORTS.map((port) => ({ protocol: 'TCP', port })) },
  ]),
}
