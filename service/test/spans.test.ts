/** What runs inside the spans of calls to a store. */
import { context, trace, type Span } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { UserId } from '@streamgate/core'
import { loadConfig } from '../src/settings/settings.ts'
import { Log } from '../src/telemetry/log.ts'
import { openTracing } from '../src/tracing/open-tracing.ts'

const exporter = new InMemorySpanExporter()
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register()

const USER = 'ann' as UserId
const PARTS = { routes: [], logger: new Log({ logLevel: 'silent' }).logger }

/** A store that keeps the span that is active while it is called, with tracing or without. */
async function storeSeeing(seen: (Span | undefined)[], tracing: 'on' | 'off') {
  const { store } = await openTracing(loadConfig({ tracing, store: 'memory:' }, {}), PARTS)
  const inner = new WrappedStore(new MemoryStore(), (_verb, call) => {
    seen.push(trace.getActiveSpan())
    return call()
  })
  return { inner, store: store(inner) }
}

beforeEach(() => exporter.reset())

describe('a call to the store in a traced request', () => {
  it('runs inside its span, so that the store’s own client can be traced below it', async () => {
    const seen: (Span | undefined)[] = []
    const { store } = await storeSeeing(seen, 'on')
    const request = trace.getTracer('test').startSpan('request')
    await context.with(trace.setSpan(context.active(), request), () => store.read(USER))
    const [span] = exporter.getFinishedSpans()
    expect(span).toMatchObject({ name: 'read', parentSpanContext: request.spanContext() })
    expect(seen.map((each) => each?.spanContext().spanId)).toEqual([span?.spanContext().spanId])
  })
})

describe('a call outside of any request', () => {
  it('has no span', async () => {
    const seen: (Span | undefined)[] = []
    const { store } = await storeSeeing(seen, 'on')
    await store.read(USER)
    expect([seen, exporter.getFinishedSpans()]).toEqual([[undefined], []])
  })
})

describe('without tracing', () => {
  it('the store is the same one, so that no call pays', async () => {
    const { store, inner } = await storeSeeing([], 'off')
    expect(store).toBe(inner)
  })
})
