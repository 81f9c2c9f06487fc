import { describe, expect, it } from 'vitest'
import { Router } from '../src/api/router.ts'
import { ROUTES } from '../src/api/routes/index.ts'

const router = new Router(ROUTES)

describe('the router', () => {
  it('finds every route under its own path', () => {
    for (const route of ROUTES) {
      expect(router.find(route.path.replace(/\{\w+\}/g, 'x'))?.routes.get(route.method)).toBe(route)
    }
  })

  it('passes parameters on as they came', () => {
    expect(router.find('/users/a%2Fb/streams/%40')?.params).toEqual({ userId: 'a%2Fb', id: '%40' })
    expect(router.find('/users//streams')?.params).toEqual({ userId: '' })
  })

  it('knows no other path', () => {
    for (const path of [
      '',
      '/',
      '*',
      'users/a/streams',
      '/users/a/streams/b/c',
      '/Livez',
      '/users',
      '/users/a/streams/',
    ]) {
      expect(router.find(path), path).toBeUndefined()
    }
  })
})
