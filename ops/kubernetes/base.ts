/** What pods of both stores need. */
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { LABELS, NAME, PORT, PORT_NAME, type Objects } from './names.ts'

/** The objects of `base/`. */
export const BASE: Objects = {
  service: new Service({
    metadata: { name: NAME, labels: LABELS },
    spec: {
      type: 'ClusterIP',
      selector: LABELS,
      ports: [{ name: PORT_NAME, port: PORT, targetPort: PORT_NAME, protocol: 'TCP' }],
    },
  }),
  // An account of its own, so that no right of the default one reaches the pods.
  'service-account': new ServiceAccount({
    metadata: { name: NAME, labels: LABELS },
    automountServiceAccountToken: false,
  }),
}
