/**
 * One pod with LMDB on a volume. A second pod with a volume of its own would count streams apart
 * from the first, so that each user had the limit twice. So the volume is not made for each pod: it
 * is one, and only one pod in the cluster can have it. A second pod waits for it, and never runs.
 */
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { LABELS, NAME, type Objects } from './names.ts'
import { networkPolicy } from './network.ts'
import { podTemplate } from './pod.ts'

/** Short, because the next pod can start only if this one has ended. */
const DRAIN_SECONDS = 2

/** The folder that the image declares as a volume. */
const DATA_FOLDER = '/data'

const CLAIM = `${NAME}-data`

/** The objects of `overlays/lmdb/`. */
export const SINGLE: Objects = {
  'stateful-set': new StatefulSet({
    metadata: { name: NAME, labels: LABELS },
    spec: {
      replicas: 1,
      serviceName: NAME,
      selector: { matchLabels: LABELS },
      template: podTemplate({
        settings: [{ name: 'STREAMGATE_STORE', value: `lmdb:${DATA_FOLDER}` }],
        drainSeconds: DRAIN_SECONDS,
        data: {
          volume: { name: 'data', persistentVolumeClaim: { claimName: CLAIM } },
          mountPath: DATA_FOLDER,
        },
      }),
    },
  }),
  'persistent-volume-claim': new PersistentVolumeClaim({
    metadata: { name: CLAIM, labels: LABELS },
    spec: { accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '10Gi' } } },
  }),
  'network-policy': networkPolicy([]),
}
