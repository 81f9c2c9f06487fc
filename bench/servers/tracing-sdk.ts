/**
 * Loaded by `node --import` into a service that traces: the SDK of OpenTelemetry, without an
 * exporter's own cost. TRACED_SHARE is the share of traces that are kept.
 */
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node'
import { ENVIRONMENT } from '../../tools/environment.ts'

const nowhere = new BatchSpanProcessor({
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => {},
})
const root = new TraceIdRatioBasedSampler(Number(ENVIRONMENT['TRACED_SHARE']))
new NodeTracerProvider({ spanProcessors: [nowhere], sampler: new ParentBasedSampler({ root }) }).register()
