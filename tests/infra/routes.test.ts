/** Each path of the service has a route of its own at the gateway, among those that it belongs to. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Route } from '../../service/src/api/route.ts'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { needsNoToken } from '../../service/src/api/viewer-scope.ts'

const CONFIGURATION = readFileSync(
  fileURLToPath(new URL('../../infra/modules/api/main.tf', import.meta.url)),
  'utf8',
)

/** On Lambda there are no metrics to scrape: what asks for them is answered as any unknown path. */
const NOT_ON_LAMBDA = 'metrics'

it.each<[string, (route: Route) => boolean]>([
  ['viewer_paths', ({ operation }) => operation.tag === 'viewers'],
  ['operator_paths', (route) => route.operation.tag === 'operators' && !needsNoToken(route)],
  ['open_paths', needsNoToken],
])('%s of the gateway are those of the service', (name, belongs) => {
  const [, list = ''] = new RegExp(`^  ${name} = \\[([^\\]]*)\\]`, 'm').exec(CONFIGURATION) ?? []
  const listed = [...list.matchAll(/"([^"]+)"/g)].map(([, path = '']) => path)
  const served = ROUTES.filter(belongs).map(({ path }) => path.slice(1))
  expect(new Set(listed)).toEqual(new Set(served.filter((path) => path !== NOT_ON_LAMBDA)))
})
