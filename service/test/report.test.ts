/** What a report counts, on logs of a few lines whose numbers can be told by hand. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { admitted, denied, lapsed, MONDAY_MS, stopped } from './log-lines.ts'
import { countsOf, reportOfFiles, reportOfLogs, reportOn, rowsOf } from './reporting.ts'

const HOUR = 3600

describe('a report', () => {
  it('counts the seven metrics by day', async () => {
    const report = await reportOn([
      admitted(0, 'ann', 'a@tv'),
      denied(10, 'ann', 'b@web'),
      admitted(20, 'ann', 'c@web', { replaces: ['a@tv'], ends: ['a@tv'] }),
      admitted(30, 'ann', 'd@mobile', { ends: ['c@web'] }),
      admitted(40, 'ben', 'e@tv'),
      stopped(HOUR + 40, 'ben', 'e@tv'),
      stopped(5 * HOUR, 'ann', 'd@mobile'),
    ])
    expect(rowsOf(report, 'usage-by-day')).toEqual([
      ['2026-01-05', 2, 4, 4, 3, 1, 1, 1, expect.closeTo(30 / HOUR + (4 * HOUR - 30) / HOUR + 1)],
      ['2026-01-06', 0, 1, 0, 1, 0, 0, 0, expect.closeTo(1)],
    ])
  })

  it('tells users by highest concurrency and by what they tried, and the time at each', async () => {
    const report = await reportOn([
      admitted(0, 'ann', 'a@tv'),
      admitted(HOUR, 'ann', 'b@web'),
      denied(HOUR + 60, 'ann', 'c@mobile'),
      stopped(2 * HOUR, 'ann', 'a@tv'),
      stopped(3 * HOUR, 'ann', 'b@web'),
      admitted(0, 'ben', 'd@tv'),
      stopped(HOUR, 'ben', 'd@tv'),
    ])
    expect(rowsOf(report, 'users-by-highest-concurrency')).toEqual([
      ['1', 1, 0.5, 1, 0.5],
      ['2', 1, 0.5, 0, 0],
      ['3', 0, 0, 1, 0.5],
    ])
    expect(rowsOf(report, 'time-at-each-concurrency')).toEqual([
      ['1', 3, 0.75],
      ['2', 1, 0.25],
      ['3', 0, 0],
    ])
  })

  it('blames a ghost until its lease expires, and not a stream that still runs', async () => {
    const vanished = { startedSeconds: 0, lastSeenSeconds: 25 }
    const report = await reportOn([
      admitted(0, 'ann', 'a@tv'),
      denied(99, 'ann', 'b@web'),
      denied(101, 'ann', 'b@web'),
      lapsed(HOUR, 'ann', 'a@tv', vanished),
      admitted(0, 'ben', 'c@tv'),
      denied(60, 'ben', 'd@web'),
      stopped(120, 'ben', 'c@tv'),
    ])
    expect(rowsOf(report, 'refusals-by-ghosts').map(([, refused]) => refused)).toEqual([1, 2])
    expect(rowsOf(report, 'session-ends').map(([end, sessions]) => [end, sessions])).toEqual([
      ['expired: its player vanished', 1],
      ['stopped by its player or an operator', 1],
    ])
  })

  it('tells how refused viewers went on: once for refusals in a row', async () => {
    const report = await reportOn([
      admitted(0, 'ann', 'a@tv'),
      denied(10, 'ann', 'b@web'),
      denied(20, 'ann', 'b@web'),
      admitted(40, 'ann', 'b@web', { replaces: 'a@tv', ends: ['a@tv'] }),
      denied(10, 'ben', 'c@web'),
      admitted(70, 'ben', 'c@web'),
      denied(10, 'cleo', 'd@web'),
      admitted(2 * HOUR, 'cleo', 'e@web'),
      denied(2 * HOUR, 'dan', 'f@web'),
    ])
    const solved = rowsOf(report, 'refusals-solved').map(([, times, , within]) => [times, within])
    expect(solved).toEqual([
      [1, 30],
      [1, 60],
      [1, null],
      [1, null],
    ])
  })

  it('puts refusals under their plan, rule, device type and local hour', async () => {
    const report = await reportOn([admitted(0, 'ann', 'a@tv'), denied(10, 'ann', 'b@web')], {
      timeZone: 'Asia/Kolkata',
    })
    expect(rowsOf(report, 'refusals-by-plan')).toEqual([['standard', 2, 1, 0.5, 1]])
    expect(rowsOf(report, 'refusals-by-rule')).toEqual([['1 stream', 'standard', 1]])
    expect(rowsOf(report, 'refusals-by-device-type')).toEqual([
      ['web', 1, 1, 1],
      ['tv', 1, 0, 0],
    ])
    const hours = rowsOf(report, 'refusals-by-hour').filter(([, starts]) => starts !== 0)
    expect(hours).toEqual([['01', 2, 1, 0.5]])
  })

  it('shows networks at the same time as advice, with times and lines', async () => {
    const report = await reportOn([
      admitted(0, 'ann', 'a@tv', { network: 'home' }),
      admitted(HOUR, 'ann', 'b@web', { network: 'away' }),
      stopped(2 * HOUR, 'ann', 'a@tv'),
      stopped(3 * HOUR, 'ann', 'b@web'),
      admitted(0, 'ben', 'c@tv', { network: 'one' }),
      stopped(HOUR, 'ben', 'c@tv'),
      admitted(HOUR, 'ben', 'd@tv', { network: 'other' }),
    ])
    expect(rowsOf(report, 'users-by-networks-at-once').map(([, users]) => users)).toEqual([1, 1])
    expect(rowsOf(report, 'users-on-several-networks')).toEqual([
      ['shown ann', 2, 1, 1, '2026-01-05 21:00 for 60 min', 'log-0:1, log-0:2'],
    ])
    expect(report.sections.find(({ id }) => id === 'sharing')?.isAdvice).toBe(true)
  })

  it('reads rotated and compressed logs in any order, and lines out of order', async () => {
    const lines = [
      admitted(0, 'ann', 'a@tv'),
      admitted(HOUR, 'ann', 'b@web'),
      stopped(2 * HOUR, 'ann', 'a@tv'),
      stopped(3 * HOUR, 'ann', 'b@web'),
    ]
    const [whole, split] = [
      await reportOn(lines),
      await reportOfLogs([
        [lines[3], lines[1]],
        [lines[2], lines[0]],
      ]),
    ]
    expect({ ...split, caveats: [], sections: countsOf(split) }).toEqual({
      ...whole,
      caveats: [],
      sections: countsOf(whole),
    })
  })

  it('counts broken lines, names the first, and reads a damaged file up to the damage', async () => {
    const good = [admitted(0, 'ann', 'a@tv'), stopped(HOUR, 'ann', 'a@tv')]
    const broken = await reportOn([good[0], '{"verb":"start","msg":"decision"}\n', 'no JSON\n', good[1]])
    expect(rowsOf(broken, 'usage-by-day')[0]?.[1]).toBe(1)
    expect(broken.caveats.join()).toContain('1 line about a decision could not be read')
    expect(broken.caveats.join()).toContain('log-0:2')
    const packed = gzipSync(
      Array.from({ length: 3000 }, (_none, index) => admitted(index, `u${index}`, 'a@tv')).join(''),
    )
    const cut = await reportOfFiles([packed.subarray(0, packed.length / 2)])
    expect(cut.caveats.join()).toContain('ends early')
    expect(rowsOf(cut, 'usage-by-day')[0]?.[1]).toBeGreaterThan(100)
  })

  it('clips sessions to the time that was asked for', async () => {
    const lines = [
      admitted(0, 'ann', 'a@tv'),
      stopped(2 * HOUR, 'ann', 'a@tv'),
      admitted(3 * HOUR, 'ann', 'b@tv'),
      stopped(5 * HOUR, 'ann', 'b@tv'),
    ]
    const span = { fromMs: MONDAY_MS + HOUR * 1000, toMs: MONDAY_MS + 4 * HOUR * 1000 }
    const [day] = rowsOf(await reportOn(lines, { span }), 'usage-by-day')
    // One session was started in that time. It runs to the last line, at its own start.
    expect(day).toEqual(['2026-01-05', 1, 2, 1, 1, 0, 0, 0, 1])
  })

  it('tells what other limits would have done, and the hours that they would cost', async () => {
    const lines = [
      admitted(0, 'ann', 'a@tv'),
      admitted(HOUR, 'ann', 'b@web'),
      stopped(3 * HOUR, 'ann', 'a@tv'),
      stopped(4 * HOUR, 'ann', 'b@web'),
      admitted(0, 'ben', 'c@tv'),
      stopped(HOUR, 'ben', 'c@tv'),
    ]
    const rows = rowsOf(await reportOn(lines, { maxes: [1, 2] }), 'what-if-policies')
    expect(rows.map(([policy, , , refused, , , touched]) => [policy, refused, touched])).toEqual([
      ['max 1', 1, 1],
      ['max 2', 0, 0],
    ])
    expect(rows.map((row) => row[9])).toEqual([expect.closeTo(3, 2), 0])
  })
})
