import { describe, expect, it } from 'vitest'
import { figuresOf, perCpuSecond, ratioOf } from '../../bench/figures.ts'
import { readOptions } from '../../bench/options.ts'
import { ownBytesOf, parseStat, usageOfTree } from '../../bench/process-tree.ts'
import { timeLeft } from '../../bench/progress.ts'
import type { Stretch } from '../../bench/runner.ts'
import { median, medianWithin, percentile, spreadOf } from '../../bench/statistics.ts'

describe('statistics', () => {
  it('the median does not need an order, and one outlier does not move it', () => {
    expect(median([1000, 3, 1])).toBe(3)
  })

  it('the quartiles lie on the two sides of the median', () => {
    expect(spreadOf([5, 1, 2, 3, 4])).toEqual({ median: 3, low: 2, high: 4 })
    expect(spreadOf([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 })
    expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7 })
  })

  it('the median of many values is known better than its quartiles say', () => {
    const values = Array.from({ length: 15 }, (_, index) => index + 1)
    // At most 3 of 15 lie on one side with a chance of 1.8 %, at most 4 with one of 5.9 %.
    expect(medianWithin(values)).toEqual({ median: 8, low: 4, high: 12 })
    expect(medianWithin([1, 2, 3])).toEqual({ median: 2, low: 1, high: 3 })
    expect(medianWithin([1, 2, 3, 4, 5, 6])).toEqual({ median: 3.5, low: 1, high: 6 })
  })

  it('the last percentile is the largest value', () => {
    expect(percentile([1, 2, 3], 0.999)).toBe(3)
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe('figures', () => {
  const slow = [stretchOf(100, 1), stretchOf(50, 1), stretchOf(100, 1)]
  const fast = [stretchOf(200, 1), stretchOf(100, 1), stretchOf(200, 0.5)]

  it('compare round by round, so that noise that meets both does not count', () => {
    expect(ratioOf(slow.slice(0, 2), fast.slice(0, 2), perCpuSecond)).toEqual({
      median: 0.5,
      low: 0.5,
      high: 0.5,
    })
  })

  it('count CPU time and not wall time', () => {
    expect(figuresOf(slow, fast)).toMatchObject({ answersPerCpuSecond: 100, busy: 1, faults: 0 })
    expect(figuresOf(fast, undefined)).toMatchObject({ answersPerCpuSecond: 200, toFloor: undefined })
  })
})

describe('the process tree', () => {
  // proc(5), counted behind the name: times are fields 11 to 14.
  const line = '42 (a (b) c) S 7 1 1 0 -1 0 0 0 0 0 150 50 20 10 20 0 1 0 0 0 25 0'

  it('reads a name with brackets and blanks', () => {
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, cpuSeconds: 2.3 })
  })

  it('counts memory without the pages of files', () => {
    expect(ownBytesOf('1000 25 5 1 0 30 0')).toBe(20 * 4096)
  })

  it('adds up descendants, and nothing else', () => {
    const processes = [
      { pid: 1, parent: 0, cpuSeconds: 100, ownBytes: 100 },
      { pid: 2, parent: 1, cpuSeconds: 1, ownBytes: 10 },
      { pid: 3, parent: 2, cpuSeconds: 2, ownBytes: 20 },
      { pid: 4, parent: 1, cpuSeconds: 50, ownBytes: 50 },
    ]
    expect(usageOfTree(2, processes)).toEqual({ cpuSeconds: 3, ownBytes: 30 })
  })
})

describe('the time left', () => {
  it('is the plan in the beginning, and then goes by the pace so far', () => {
    expect(timeLeft({ passedSeconds: 1, plannedSeconds: 2, totalSeconds: 362 })).toBe('6:00')
    expect(timeLeft({ passedSeconds: 40, plannedSeconds: 20, totalSeconds: 50 })).toBe('1:00')
    expect(timeLeft({ passedSeconds: 60, plannedSeconds: 60, totalSeconds: 50 })).toBe('0:00')
  })
})

describe('options', () => {
  it('take the usual contenders, and more rounds for a pair', () => {
    expect(readOptions([])?.entries.map(({ name }) => name)).toContain('floor')
    const paired = readOptions(['--against', '../other'])
    expect(paired).toMatchObject({ rounds: 15, against: '../other' })
    expect(paired?.entries.map(({ name }) => name)).toEqual(['memory', 'lmdb'])
  })

  it('choose by name, and say what can be chosen', () => {
    const options = readOptions(['--only', 'memory,lmdb', '--mix', 'starts'])
    expect(options?.entries.map(({ name }) => name)).toEqual(['memory', 'lmdb'])
    expect(options?.mixes.map(({ name }) => name)).toEqual(['starts'])
    expect(() => readOptions(['--only', 'lmbd'])).toThrow('"lmbd" is not one of floor')
    expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds')
  })

  it('run all sections, or only the first if something was chosen', () => {
    expect(readOptions([])?.sections).toEqual(['flat-out', 'steady', 'growth', 'profile'])
    expect(readOptions(['--mix', 'starts'])?.sections).toEqual(['flat-out'])
    expect(readOptions(['--sections', 'profile'])?.sections).toEqual(['profile'])
    expect(readOptions(['--pace', '5000'])).toMatchObject({ sections: ['steady'], pace: 5000 })
  })

  it('write the document after a whole run alone', () => {
    expect(readOptions(['--write'])).toMatchObject({ isWritten: true })
    expect(() => readOptions(['--write', '--only', 'lmdb'])).toThrow('--write')
  })

  it('ask for help', () => {
    expect(readOptions(['--help'])).toBeUndefined()
  })
})

function stretchOf(answers: number, cpuSeconds: number): Stretch {
  return { answers, cpuSeconds, seconds: 1, faults: 0, p50Ms: 1, p99Ms: 2, position: 0 }
}
