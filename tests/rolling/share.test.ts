/** A small part of what `npm run rolling` does, for every run of the tests. */
import { expect, it } from 'vitest'
import { roll } from './run.ts'

it('no request fails while instances are replaced', async () => {
  const tally = await roll({ requests: 8000, drainSeconds: 1 })
  expect(tally).toMatchObject({ failures: [], badExits: [] })
  expect(tally.sent).toBeGreaterThanOrEqual(8000)
  expect(tally.replaced).toBeGreaterThanOrEqual(4)
}, 180_000)
