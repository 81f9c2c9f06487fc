/**
 * What an operator loads by `node --import`: the SDK of OpenTelemetry. It appends each span to the
 * file that SPANS names, as a line of JSON, as soon as the span ends. If BATCHED is set, it waits
 * for more of them, as in production.
 */
import { appendFileSync } from 'node:fs'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node'
import { ENVIRONMENT } from '../../tools/environment.ts'

const exporter: SpanExporter = {
  export: (spans, done) => {
    appendFileSync(ENVIRONMENT['SPANS'] ?? '/dev/null', spans.map((span) => `${lineOf(span)}\n`).join(''))
    done({ code: 0 })
  },
  shutdown: async () => {},
}

const isBatched = ENVIRONMENT['BATCHED'] !== undefined
const processor = isBatched ? new BatchSpanProcessor(exporter) : new SimpleSpanProcessor(exporter)
const provider = new NodeTracerProvider({ spanProcessors: [processor] })
provider.register()
process.once('beforeExit', () => void provider.shutdown())

function lineOf(span: ReadableSpan): string {
  const { name, kind, attributes, status, events, parentSpanContext: parent } = span
  const { traceId, spanId, traceState } = span.spanContext()
  return JSON.stringify({
    pid: process.pid,
    scope: span.instrumentationScope.name,
    name,
    kind,
    attributes,
    status,
    events,
    traceId,
    spanId,
    parentId: parent?.spanId,
    traceState: traceState?.serialize(),
  })
}
