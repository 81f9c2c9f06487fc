import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCmcdReport } from '../src/api/routes/cmcd-report.ts'
import { READ_BYTES_MAX } from '../src/api/http.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Lines that look like CMCD, so that random input gets past the first character. */
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
  it('is read whatever bytes it holds, with at most one wish for each valid line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), almostCmcd), (body) => {
        const { wishes, leases, goodLines, faults } = parseCmcdReport(body)
        expect(wishes.length).toBeLessThanOrEqual(goodLines)
        expect(new Set(wishes.map(({ lease }) => lease)).size).toBe(leases)
        const lines = body.filter((byte) => byte === 0x0a).length + 1
        expect(goodLines + faults.length).toBeLessThanOrEqual(lines)
      }),
    )
  })

  it.each([
    ['one long line of parameters', `e=t${';a'.repeat(32_768)}`],
    ['open lists', `e=${'('.repeat(65_500)}`],
    ['an endless text', `sid="${'\\"'.repeat(32_700)}`],
    ['as many lines as fit', 'e=t,sid="a"\n'.repeat(5_400)],
    [
      'as many contents as fit',
      Array.from({ length: 3_000 }, (_, at) => `e=ps,sid="a",cid="${at}"`).join('\n'),
    ],
  ])('of %s is read in no time', (_name, text) => {
    const startedAt = performance.now()
    parseCmcdReport(bytesOf(text.slice(0, READ_BYTES_MAX)))
    expect(performance.now() - startedAt).toBeLessThan(250)
  })

  it('does not mistake members that every JavaScript object has for states', () => {
    const { wishes } = parseCmcdReport(bytesOf('e=ps,sid="a",sta=constructor\ne=ps,sid="b",sta="toString"'))
    expect(wishes).toEqual([
      { lease: 'a', verb: 'heartbeat', report: {} },
      { lease: 'b', verb: 'heartbeat', report: {} },
    ])
  })

  it('orders a line without a time by the one before it', () => {
    const lines = ['e=ps,sid="a",sta=e,ts=2000', 'e=ps,sid="a",sta=p', 'e=ps,sid="a",sta=e,ts=1000']
    expect(parseCmcdReport(bytesOf(lines.join('\n'))).wishes).toEqual([
      { lease: 'a', verb: 'heartbeat', report: { reportedAtMs: 2000 } },
    ])
  })

  it('costs nothing for keys that are not read, whatever they hold', () => {
    const url = `"https://cdn.example.com/a,b;c?sig=\\"${'x'.repeat(3000)}"`
    const line = `bl=(1 2),url=${url},e=t,nor=("a,b" "c"),sid="a",x=!?,cid="film",ts=5`
    expect(parseCmcdReport(bytesOf(line))).toEqual({
      wishes: [{ lease: 'a', verb: 'heartbeat', report: { reportedContentId: 'film', reportedAtMs: 5 } }],
      leases: 1,
      lines: 1,
      goodLines: 1,
      faults: [],
    })
  })

  it('tells the contents of one stream apart: an advert’s end is not the film’s', () => {
    const lines = [
      'e=ps,sid="a",cid="film",sta=p,ts=1',
      'e=ps,sid="a",cid="ad",sta=p,ts=2',
      'e=ps,sid="a",cid="ad",sta=e,ts=3',
    ]
    expect(parseCmcdReport(bytesOf(lines.join('\n'))).wishes).toEqual([
      { lease: 'a', verb: 'heartbeat', report: { reportedContentId: 'film', reportedAtMs: 1 } },
      {
        lease: 'a',
        verb: 'stop',
        report: { reportedContentId: 'ad', reportedAtMs: 3 },
        playingContentId: 'film',
      },
    ])
  })

  it('ignores a time or a content that makes no sense, or shortens it', () => {
    const [wish] = parseCmcdReport(bytesOf(`e=t,sid="a",ts=1.5,cid="${'c'.repeat(200)}"`)).wishes
    expect(wish?.report).toEqual({ reportedContentId: 'c'.repeat(128) })
  })
})
