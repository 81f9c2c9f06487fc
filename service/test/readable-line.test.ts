import { describe, expect, it } from 'vitest'
import { readableLine, type Paint } from '../src/telemetry/readable-line.ts'

const plain: Paint = (_style, text) => text
const marked: Paint = (style, text) => `<${style}>${text}</>`

/** The line without its time of day, which depends on the time zone of the machine. */
function wordsOf(members: Readonly<Record<string, unknown>>, paint = plain): string {
  const json = JSON.stringify({ level: 'info', time: '2026-11-26T06:57:31.123Z', pid: 7, ...members })
  return readableLine(json, paint)?.replace(/^\d\d:\d\d:\d\d {2}/, '') ?? ''
}

describe('a readable line', () => {
  it('begins with the time of day', () => {
    const json = JSON.stringify({ level: 'info', time: '2026-11-26T06:57:31.123Z', pid: 7, msg: 'draining' })
    expect(readableLine(json, plain)).toMatch(/^\d\d:\d\d:31 {2}draining\n$/)
  })

  it('tells verb, user, stream, outcome and the count of a decision', () => {
    const start = { msg: 'decision', verb: 'start', user: 'ann', lease: 'abc@tv', limit: 3, requestId: 'x' }
    expect(wordsOf({ ...start, outcome: 'admitted', active: 2 })).toBe(
      'start      ann            abc@tv                   admitted  2 of 3\n',
    )
    expect(wordsOf({ ...start, outcome: 'admitted', active: 3, ends: ['def', 'ghi'] })).toMatch(
      /admitted {2}3 of 3, ends def, ghi\n$/,
    )
    expect(wordsOf({ ...start, outcome: 'denied', active: 3, shadow: { outcome: 'admitted' } })).toMatch(
      /denied {4}3 of 3, on trial: admitted\n$/,
    )
  })

  it('tells what an operator did', () => {
    expect(wordsOf({ msg: 'decision', verb: 'erase', outcome: 'erased', user: 'ann' })).toMatch(
      /^erase {6}ann {36}\s*erased\n$/,
    )
    expect(wordsOf({ msg: 'decision', verb: 'finish', outcome: 'noted', stream: 'cup-final' })).toMatch(
      /^finish {20}\s*cup-final +noted\n$/,
    )
  })

  it('colours outcomes and levels only', () => {
    const denied = { msg: 'decision', verb: 'start', outcome: 'denied', user: 'ann', lease: 'abc' }
    expect(wordsOf(denied, marked)).toContain('<yellow>denied   </>')
    expect(wordsOf({ level: 'error', msg: 'worker died', worker: 2 }, marked)).toContain(
      '<red>error</>  worker died worker=2\n',
    )
  })

  it('tells the reason of an error and where it comes from', () => {
    const err = { type: 'Error', message: 'no answer', stack: 'Error: no answer\n    at read (store.ts:1)' }
    expect(wordsOf({ level: 'error', msg: 'failure', err, route: '/users/{userId}' })).toBe(
      'error  failure route=/users/{userId}: no answer\n    at read (store.ts:1)\n',
    )
    expect(wordsOf({ level: 'warn', msg: 'sweep failed', err })).toBe('warn  sweep failed: no answer\n')
  })

  it('shows no control character, whatever an error says', () => {
    const err = { message: 'bad \u001b[31m\nname', stack: 'Error: bad\n    at \u001b[31mx' }
    const words = wordsOf({ level: 'error', msg: 'failure', err, file: '\u202etxt' })
    expect(words).not.toContain('\u001b')
    expect(words).not.toContain('\u202e')
    expect(words.split('\n')).toHaveLength(3)
  })

  it('is left out for a fatal error, because the command prints the reason when it ends', () => {
    const json = JSON.stringify({ level: 'fatal', time: '2026-11-26T06:57:31.123Z', msg: 'cannot serve' })
    expect(readableLine(json, plain)).toBeUndefined()
  })
})
