/** A small part of what `npm run failover` does, for every run of the tests. */
import { expect, it } from 'vitest'
import { failOver } from './run.ts'

it('three failovers lose no start that a replica had to have, and all are survived', async () => {
  const tally = await failOver({ kills: 3, waitReplicas: 1, clients: 4 })
  expect(tally).toMatchObject({ kills: 3, lost: 0 })
  expect(tally.acknowledged).toBeGreaterThan(100)
}, 180_000)
