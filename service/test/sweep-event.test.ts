import { expect, it } from 'vitest'
import { readSweepEvent } from '../src/sweep/sweep-event.ts'

const RESUME = { segments: 3, left: [{ index: 2, cursor: 'user' }, { index: 0 }] }

it('only the members about the sweep are read from an event', () => {
  expect(readSweepEvent({ source: 'aws.events', rate: 5, readCapacity: 1_000_000, resume: RESUME })).toEqual({
    rate: 5,
    readCapacity: 1_000_000,
    resume: RESUME,
  })
  for (const event of [undefined, null, {}, 'text', { detail: {} }]) expect(readSweepEvent(event)).toEqual({})
})

it.each([
  [{ rate: 0 }, /"rate" must be a whole number from 1 to 1000000, got 0/],
  [{ rate: '5' }, /"rate" .*got "5"/],
  [{ readCapacity: 1_000_001 }, /"readCapacity" .*1 to 1000000/],
  [{ resume: 'all' }, /"segments" must be a whole number from 1 to 1000/],
  [{ resume: { segments: 1001, left: [{ index: 0 }] } }, /"segments"/],
  [{ resume: { segments: 3, left: [] } }, /"left" must be a list/],
  [{ resume: { segments: 3, left: [{ index: 3 }] } }, /"index" must be a whole number from 0 to 2/],
  [{ resume: { segments: 3, left: [{}] } }, /"index"/],
  [{ resume: { segments: 3, left: [{ index: 1 }, { index: 1 }] } }, /no segment twice/],
  [{ resume: { segments: 3, left: [{ index: 1, cursor: 7 }] } }, /"cursor" must be a text/],
])('an event is refused as %j', (event, reason) => {
  expect(() => readSweepEvent(event)).toThrow(reason)
})
