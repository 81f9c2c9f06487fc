import { describe, expect, it } from 'vitest'
import type { Contender } from '../../bench/contender.ts'
import { ENTRIES, THIS_CHECKOUT } from '../../bench/contenders.ts'
import { documentOf, type Results } from '../../bench/document.ts'
import { MIXES } from '../../bench/load/mixes.ts'
import { barPicture } from '../../bench/plots/bars.ts'
import { flamePicture } from '../../bench/plots/flames.ts'
import { latencyPicture } from '../../bench/plots/latencies.ts'
import { Runner, type Stretch } from '../../bench/runner.ts'

const ROWS = [
  { title: 'floor', isOurs: false },
  { title: 'Streamgate <memory>', isOurs: true },
]

describe('the document', () => {
  const document = documentOf(resultsOf())

  it('gives each contender its ratio to the floor, with the middle half of the rounds', () => {
    expect(document).toContain('| node:http, doing nothing | 1.00 (1.00 to 1.00) | 1,000 |')
    expect(document).toContain('| Streamgate, memory | 1.20 (1.10 to 1.30) | 1,200 |')
  })

  it('compares a start on DynamoDB with the service before', () => {
    expect(document).toContain('answers 2.00 (2.00 to 2.00) times as many starts')
  })

  it('has a line for each pace and each count of users', () => {
    expect(document).toContain('| Streamgate, memory | 25 % | 300 | 0.50 | 2.00 | 3.00 | 0.10 |')
    expect(document).toContain('| Streamgate, LMDB | 1,000,000 | 900 | 80 MB | 115 MB | 0.52 s |')
  })

  it('says where the time goes, and adds up what is small', () => {
    expect(document).toContain('| core | 99.5 % |')
    expect(document).toContain('| everything else | 0.5 % |')
  })
})

describe('pictures', () => {
  it('draw a bar for each value, as long as the value', () => {
    const one = { median: 1, low: 0.9, high: 1 }
    const svg = barPicture('ratios', ROWS, [{ title: 'starts', ratios: [one, { ...one, median: 0.5 }] }])
    const [whole, half] = Array.from(
      svg.matchAll(/<rect class="(?:ours|peer)" [^>]*width="([\d.]+)"/g),
      firstGroup,
    )
    expect((half ?? 0) / (whole ?? 1)).toBeCloseTo(0.5, 2)
    expect(svg).toContain('Streamgate &#60;memory&#62;')
  })

  it('leave out a contender that took no part', () => {
    const svg = barPicture('ratios', ROWS, [{ title: 'starts', ratios: [undefined, undefined] }])
    expect(svg).not.toMatch(/<rect class="(?:ours|peer)"/)
  })

  it('put equal factors of latency at equal distances', () => {
    const svg = latencyPicture('latency', ROWS, [{ title: '25 %', percentiles: [[0.5, 5, 50], undefined] }])
    const [p50 = 0, p99 = 0, p999 = 0] = Array.from(svg.matchAll(/<circle [^>]*cx="([\d.]+)"/g), firstGroup)
    expect(p999 - p99).toBeCloseTo(p99 - p50, 0)
  })

  it('draw a box as wide as its share of the time, below its caller', () => {
    const handle = { name: 'handle', room: 'service/api' }
    const svg = flamePicture('time', [
      { frames: [handle], microseconds: 25 },
      { frames: [handle, { name: 'admit', room: 'core' }], microseconds: 75 },
    ])
    expect(svg).toContain('<title>handle, service/api: 100.0 %</title>')
    expect(svg).toContain('<title>admit, core: 75.0 %</title>')
    const heights = Array.from(svg.matchAll(/<rect x="[\d.]+" y="(\d+)"/g), firstGroup)
    expect(heights[1]).toBeGreaterThan(heights[0] ?? 0)
  })
})

function firstGroup(match: RegExpMatchArray): number {
  return Number(match[1])
}

function resultsOf(): Results {
  const [floor, memory, dynamodb, original] = ['floor', 'memory', 'dynamodb', 'original'].map(runnerOf)
  const paces = new Map([
    [floor, [1000, 1000, 1000]],
    [memory, [1000, 1200, 1400]],
    [dynamodb, [40, 40, 40]],
    [original, [20, 20, 20]],
  ])
  const rows = Array.from(paces, ([runner, all]) => ({
    runner: runner as Runner,
    mix: MIXES[0] as (typeof MIXES)[number],
    stretches: all.map(stretchOf),
  }))
  const percentiles = { p50Ms: 0.5, p99Ms: 2, p999Ms: 3, ownP99Ms: 0.1 }
  return {
    mixes: [rows],
    latencies: [{ runner: memory as Runner, share: 0.25, requestsPerSecond: 300, ...percentiles }],
    growth: [
      {
        title: 'Streamgate, LMDB',
        users: 1_000_000,
        startsPerCpuSecond: 900,
        memoryBytes: 80e6,
        fileBytes: 115e6,
        readyMs: 520,
      },
    ],
    stacks: [
      { frames: [{ name: 'admit', room: 'core' }], microseconds: 995 },
      { frames: [{ name: 'write', room: 'package pino' }], microseconds: 5 },
    ],
    shape: { seconds: 1, connections: 64 },
    rounds: 3,
  }
}

function runnerOf(name: string): Runner {
  const entry = ENTRIES.find((each) => each.name === name)
  if (entry === undefined) throw new Error(`There is no ${name}`)
  return new Runner(entry, THIS_CHECKOUT, {} as Contender)
}

function stretchOf(answers: number): Stretch {
  return { answers, cpuSeconds: 1, seconds: 1, faults: 0, p50Ms: 1, p99Ms: 2, position: 0 }
}
