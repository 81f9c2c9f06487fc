/**
 * What a caller needs, for the OpenAPI document.
 */
import type { OpenApiOperation } from './openapi-document.ts'
import type { Route } from './route.ts'

/** The ways in which callers prove who they are. */
export const SECURITY_SCHEMES = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key, for backends, if the service checks them (`--auth api-key`). Each call names the scope that the key must have: `admit`, `read`, `end` or `operate`.',
  },
  viewerToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A JSON Web Token, for devices of viewers, if the service checks tokens (`--auth jwt`) or the gateway in front does. It allows the calls of players for the one user that it names.',
  },
  stopToken: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description:
      'For a page that is being left, which can send no header: part of the `stopUrl` of its start. It allows the stop of that stream alone.',
  },
} as const

/** What a route needs. `{}` stands for a service that does not check its callers. */
export function securityOf(route: Route): OpenApiOperation['security'] {
  switch (route.audience) {
    case 'public':
      return []
    case 'operator':
      return [{}, { apiKey: ['operate'] }]
    case 'viewer':
      return [
        {},
        { viewerToken: [] },
        { apiKey: [route.scope] },
        ...(route.takesStopToken === true ? [{ stopToken: [] }] : []),
      ]
  }
}
