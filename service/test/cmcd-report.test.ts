import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCmcdReport } from '../src/cmcd-report.ts'
import { BODY_BYTES_MAX } from '../src/http.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Lines that look like CMCD, so that chance gets past the first character. */
const almostCmcd = fc
  .array(
    fc.constantFrom(
      'sid=',
      'e=',
      'sta=',
      'ts=',
      '"',
      'a',
      'p',
      ',',
      ';',
      '(',
      ')',
      ' ',
      '\n',
      '\r',
      '1',
      '.',
      '%',
      '@',
      '\\',
      ':',
      '?1',
      '__proto__',
      'é',
    ),
    { maxLength: 60 },
  )
  .map((parts) => bytesOf(parts.join('')))

describe('a CMCD event report', () => {
  it('is read whatever bytes it holds, with one wish at most for each good line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), almostCmcd), (body) => {
        const { wishes, goodLines, faults } = parseCmcdReport(body)
        expect(wishes.length).toBeLessThanOrEqual(goodLines)
        expect(new Set(wishes.map(({ lease }) => lease)).size).toBe(wishes.length)
        const lines = body.filter((byte) => byte === 0x0a).length + 1
        expect(goodLines + faults.length).toBeLessThanOrEqual(lines)
      }),
    )
  })

  it.each([
    ['one long line of parameters', `e=t${';a'.repeat(4096)}`],
    ['open lists', `e=${'('.repeat(8185)}`],
    ['an endless text', `sid="${'\\"'.repeat(4090)}`],
    ['as many lines as fit', 'e=t,sid="a"\n'.repeat(682)],
  ])('of %s is read in no time', (_name, text) => {
    const startedAt = performance.now()
    parseCmcdReport(bytesOf(text.slice(0, BODY_BYTES_MAX)))
    expect(performance.now() - startedAt).toBeLessThan(250)
  })

  it('takes no state for what JavaScript keeps under its name', () => {
    const { wishes } = parseCmcdReport(bytesOf('e=ps,sid="a",sta=constructor\ne=ps,sid="b",sta="toString"'))
    expect(wishes).toEqual([
      { lease: 'a', verb: 'heartbeat' },
      { lease: 'b', verb: 'heartbeat' },
    ])
  })

  it('orders a line without a time by the one before it', () => {
    const lines = ['e=ps,sid="a",sta=e,ts=2000', 'e=ps,sid="a",sta=p', 'e=ps,sid="a",sta=e,ts=1000']
    expect(parseCmcdReport(bytesOf(lines.join('\n'))).wishes).toEqual([{ lease: 'a', verb: 'heartbeat' }])
  })
})
