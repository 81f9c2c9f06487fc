import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ROUTES } from '../../service/src/api/routes/index.ts'

const MODULE = new URL('../../infra/gateway.tf', import.meta.url)

it('the gateway has its own path for each call that takes an id', () => {
  const lists = readFileSync(MODULE, 'utf8').matchAll(/^ {2}\w+_paths = \[([^\]]*)\]/gm)
  const listed = [...lists].flatMap(([, list = '']) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, path]) => `/${path}`),
  )
  const called = ROUTES.map(({ path }) => path).filter((path) => path.includes('{'))
  expect(listed).toEqual(expect.arrayContaining(called))
})
