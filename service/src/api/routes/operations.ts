/** Probes, metrics and the version of a process. */
import { json } from '../http.ts'
import { notFound } from '../fault.ts'
import type { Route } from '../route.ts'
import { StatusSchema, VersionSchema } from '../answer-schemas.ts'

export const liveRoute: Route = {
  method: 'GET',
  path: '/livez',
  audience: 'public',
  operation: {
    operationId: 'isAlive',
    summary: 'Is the process alive?',
    description: 'Does not ask the store.',
    answers: { 200: { description: 'The process is alive.', schema: StatusSchema } },
  },
  handle: () => json(200, { status: 'alive' }),
}

export const readyRoute: Route = {
  method: 'GET',
  path: '/readyz',
  audience: 'public',
  operation: {
    operationId: 'isReady',
    summary: 'Should traffic come here?',
    description: 'Asks the store. Says no as soon as the process starts to shut down.',
    answers: {
      200: {
        description:
          'The process is not shutting down, and its store answers: `ready`. Or the store does not answer and the policy lets streams run then: `degraded`.',
        schema: StatusSchema,
      },
      503: {
        description: 'Send no traffic now.',
        headers: ['Retry-After'],
        problems: ['store-unavailable', 'draining'],
      },
    },
  },
  handle: async ({ service }) => {
    const readiness = await service.readiness()
    return readiness === 'ready' || readiness === 'degraded'
      ? json(200, { status: readiness })
      : { fault: { kind: 'not-ready', readiness } }
  },
}

export const metricsRoute: Route = {
  method: 'GET',
  path: '/metrics',
  audience: 'operator',
  operation: {
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    description: 'Covers all worker processes.',
    answers: {
      200: { description: 'The text format of Prometheus.', contentType: 'text/plain' },
      404: {
        description: 'The metrics go elsewhere, as on AWS Lambda, or are off.',
        problems: ['not-found'],
      },
    },
  },
  handle: async ({ service }) => {
    const metrics = await service.metrics()
    if (metrics === undefined) return { fault: notFound('metrics') }
    return { status: 200, headers: { 'content-type': metrics.contentType }, body: metrics.text }
  },
}

export const versionRoute: Route = {
  method: 'GET',
  path: '/version',
  audience: 'public',
  operation: {
    operationId: 'getVersion',
    summary: 'Which version is this?',
    description: 'The name and version of the service, and the policy that it applies.',
    answers: { 200: { description: 'Name, version, and policy.', schema: VersionSchema } },
  },
  handle: ({ service }) =>
    json(200, { name: 'streamgate', version: service.version, policy: service.policyInForce() }),
}
