import { expect, it } from 'vitest'
import { Timeline, type Span } from './timeline.ts'

/** One stream of each of two users: the first ends before the second begins. */
function oneAfterTheOther(): { timeline: Timeline; span: Span } {
  const timeline = new Timeline(1)
  const fromMs = performance.now()
  for (const user of ['one', 'other']) {
    for (const fate of ['starting', 'held', 'stopping', 'stopped'] as const) timeline.note(user, 'film', fate)
  }
  return { timeline, span: { fromMs, toMs: performance.now() } }
}

it.each([[[]], [['one']], [['other']]])('lists of what ran at one instant are a state (%j)', (users) => {
  const { timeline, span } = oneAfterTheOther()
  expect(timeline.faultsOf(new Map(users.map((user) => [user, ['film']])), span)).toEqual([])
})

it('lists of two instants are none', () => {
  const { timeline, span } = oneAfterTheOther()
  const torn = new Map([
    ['one', ['film']],
    ['other', ['film']],
  ])
  expect(timeline.faultsOf(torn, span)).toEqual(['each list was true at some instant, but not all at one'])
})

it('what ran all the time is missed, and what did not run is found', () => {
  const timeline = new Timeline(2)
  timeline.note('one', 'kept', 'starting')
  timeline.note('one', 'kept', 'held')
  for (const fate of ['starting', 'held', 'stopping', 'stopped'] as const) timeline.note('one', 'old', fate)
  const fromMs = performance.now()
  timeline.note('one', 'refused', 'starting')
  timeline.note('one', 'refused', 'denied')
  const span = { fromMs, toMs: performance.now() }
  timeline.note('one', 'late', 'starting')
  timeline.note('one', 'late', 'held')
  expect(timeline.faultsOf(new Map([['one', ['old', 'refused', 'late']]]), span)).toEqual([
    'one: kept ran all the time and is missing',
    'one: old is listed and never ran in that time',
    'one: refused is listed and never ran in that time',
    'one: late is listed and never ran in that time',
    'one: 3 streams of 2',
  ])
  expect(timeline.faultsOf(new Map([['one', ['kept', 'kept']]]), span)).toEqual([
    'one: a stream is listed twice',
  ])
})
