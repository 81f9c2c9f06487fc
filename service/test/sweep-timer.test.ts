import { Registry } from '@prometheus-io/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SweepMetrics } from '../src/sweep/sweep-metrics.ts'
import { showMetric } from '../src/telemetry/shown-metric.ts'
import { SweepTimer } from '../src/sweep/sweep-timer.ts'
import type { SweepReport, SweepTally, SweepOptions } from '../src/sweep/sweep-job.ts'

const INTERVAL_MS = 1000

const NOTHING_DONE: SweepTally = {
  usersSeen: 0,
  leasesLive: 0,
  leasesLapsed: 0,
  leasesFinished: 0,
  notesOutdated: 0,
  usersRemoved: 0,
  writesRefused: 0,
}

function reportOf(rest: Partial<SweepReport> = {}): SweepReport {
  return { outcome: 'finished', tally: NOTHING_DONE, seconds: 1, left: [], ...rest }
}

/** A timer whose sweeps end when the test says so. */
class Bench {
  readonly asked: SweepOptions[] = []
  readonly reports: SweepReport[] = []
  chance = 0.5
  #end: (report: SweepReport) => void = () => {}
  readonly timer = new SweepTimer({
    sweep: (options) => {
      this.asked.push(options)
      return new Promise((resolve) => {
        this.#end = resolve
      })
    },
    rate: 7,
    intervalMs: INTERVAL_MS,
    observer: { swept: () => {}, ended: (report) => void this.reports.push(report) },
    random: () => this.chance,
  })

  async end(report: SweepReport = reportOf()): Promise<void> {
    this.#end(report)
    await vi.advanceTimersByTimeAsync(0)
  }
}

describe('the timer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('begins at some moment of the first interval, and then once an interval, give or take a tenth', async () => {
    const bench = new Bench()
    bench.timer.start()
    await vi.advanceTimersByTimeAsync(499)
    expect(bench.asked).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(bench.asked).toMatchObject([{ rate: 7, segments: 1, left: undefined }])
    bench.chance = 0
    await bench.end()
    await vi.advanceTimersByTimeAsync(899)
    expect(bench.asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(bench.asked).toHaveLength(2)
  })

  it('never sweeps twice at once, however long a sweep takes or how often it is started', async () => {
    const bench = new Bench()
    bench.timer.start()
    bench.timer.start()
    await vi.advanceTimersByTimeAsync(100 * INTERVAL_MS)
    expect(bench.asked).toHaveLength(1)
  })

  it('continues a sweep that ended early, and starts from the beginning otherwise', async () => {
    const bench = new Bench()
    bench.timer.start()
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    const left = [{ index: 0, cursor: 'user-9' }]
    await bench.end(reportOf({ outcome: 'failed', left }))
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS)
    expect(bench.asked[1]?.left).toEqual(left)
    await bench.end()
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS)
    expect(bench.asked[2]?.left).toBeUndefined()
  })

  it('if stopped during a sweep asks it to stop, waits for it, and begins no other', async () => {
    const bench = new Bench()
    bench.timer.start()
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    let isStopped = false
    const stopped = bench.timer.stop().then(() => {
      isStopped = true
    })
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    expect(bench.asked[0]?.signal?.aborted).toBe(true)
    expect(isStopped).toBe(false)
    await bench.end(reportOf({ outcome: 'interrupted' }))
    await stopped
    await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS)
    expect(bench.asked).toHaveLength(1)
    expect(bench.reports).toHaveLength(1)
  })

  it('if stopped before its first sweep begins none', async () => {
    const bench = new Bench()
    bench.timer.start()
    await bench.timer.stop()
    await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS)
    expect(bench.asked).toHaveLength(0)
  })
})

describe('the metrics of sweeps', () => {
  it('add up over pages and sweeps, and show when a sweep last reached its end', async () => {
    const registry = new Registry()
    const metrics = new SweepMetrics(Date.now)
    for (const metric of metrics.metrics) showMetric(registry, metric)
    const tally = { ...NOTHING_DONE, usersSeen: 5, leasesLapsed: 2 }
    metrics.swept({ tally })
    metrics.swept({ tally: { ...tally, usersSeen: 9 } })
    metrics.ended(reportOf({ outcome: 'interrupted', tally: { ...tally, usersSeen: 9 } }))
    expect(await valueOf(registry, 'streamgate_sweep_last_finished_timestamp_seconds')).toBe(0)
    const before = Date.now() / 1000
    metrics.ended(reportOf({ tally }))
    expect(await valueOf(registry, 'streamgate_sweep_users_seen_total')).toBe(14)
    expect(await valueOf(registry, 'streamgate_sweep_pruned_total', 'lapsed')).toBe(4)
    const finishedAt = await valueOf(registry, 'streamgate_sweep_last_finished_timestamp_seconds')
    expect(finishedAt).toBeGreaterThanOrEqual(before)
  })

  it('show the live leases of the last whole walk, and tell of leases that are gone as they go', async () => {
    const registry = new Registry()
    let removed = 0
    const metrics = new SweepMetrics(Date.now, (count) => (removed += count))
    for (const metric of metrics.metrics) showMetric(registry, metric)
    const live = () => valueOf(registry, 'streamgate_sweep_live_leases')
    metrics.swept(tallyOf({ leasesLive: 4, leasesLapsed: 2 }))
    expect([await live(), removed]).toEqual([0, 2])
    metrics.ended(reportOf({ outcome: 'interrupted', ...tallyOf({ leasesLive: 5, leasesLapsed: 3 }) }))
    expect([await live(), removed]).toEqual([0, 3])
    metrics.ended(reportOf(tallyOf({ leasesLive: 7, leasesFinished: 1 })))
    expect([await live(), removed]).toEqual([12, 4])
    metrics.ended(reportOf(tallyOf({ leasesLive: 1 })))
    expect([await live(), removed]).toEqual([1, 4])
  })
})

function tallyOf(rest: Partial<SweepTally>): { readonly tally: SweepTally } {
  return { tally: { ...NOTHING_DONE, ...rest } }
}

async function valueOf(registry: Registry, name: string, kind?: string): Promise<number | undefined> {
  const metric = await registry.getSingleMetric(name)?.get()
  return metric?.values.find(({ labels }) => (labels as { kind?: string }).kind === kind)?.value
}
