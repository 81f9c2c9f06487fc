/** Each path of the service has its own route at the gateway, in the right group. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Audience } from '../../service/src/api/route.ts'
import { ROUTES } from '../../service/src/api/routes/index.ts'

const CONFIGURATION = readFileSync(fileURLToPath(new URL('../../infra/gateway.tf', import.meta.url)), 'utf8')

/**
 * On Lambda there are no metrics to scrape. A request for them is answered like any unknown path.
 */
const NOT_ON_LAMBDA = 'metrics'

it.each<[string, Audience]>([
  ['viewer_paths', 'viewer'],
  ['operator_paths', 'operator'],
  ['open_paths', 'public'],
])('%s of the gateway are those of the service', (name, audience) => {
  const [, list = ''] = new RegExp(`^  ${name} = \\[([^\\]]*)\\]`, 'm').exec(CONFIGURATION) ?? []
  const listed = [...list.matchAll(/"([^"]+)"/g)].map(([, path = '']) => path)
  const served = ROUTES.filter((route) => route.audience === audience).map(({ path }) => path.slice(1))
  expect(new Set(listed)).toEqual(new Set(served.filter((path) => path !== NOT_ON_LAMBDA)))
})
