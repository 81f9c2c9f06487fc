import { expect, it } from 'vitest'

it.each([1, 2, 3])('%i passes', (number) => {
  expect(number).toBeGreaterThan(0)
})
