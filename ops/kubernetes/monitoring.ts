/** For clusters with the Prometheus operator. Others do not know this kind of object. */
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { LABELS, NAME, PORT_NAME, type Objects } from './names.ts'

/** The objects of `monitoring/`. */
export const MONITORING: Objects = {
  'service-monitor': new ServiceMonitor({
    metadata: { name: NAME, labels: LABELS },
    spec: {
      selector: { matchLabels: LABELS },
      endpoints: [{ port: PORT_NAME, path: '/metrics', interval: '15s' }],
    },
  }),
}
