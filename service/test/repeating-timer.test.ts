import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RepeatingTimer } from '../src/time/repeating-timer.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('waits before each round', async () => {
  let rounds = 0
  const timer = new RepeatingTimer({
    waitMs: () => 10,
    work: () => {
      rounds += 1
    },
  })
  timer.start()
  timer.start()
  await vi.advanceTimersByTimeAsync(9)
  expect(rounds).toBe(0)
  await vi.advanceTimersByTimeAsync(21)
  expect(rounds).toBe(3)
  await timer.stop()
  timer.start()
  await vi.advanceTimersByTimeAsync(100)
  expect(rounds).toBe(3)
})

it('begins the next wait when a round is done, and stops when the last one is', async () => {
  const rounds: (() => void)[] = []
  const work = () =>
    new Promise<void>((resolve) => {
      rounds.push(resolve)
    })
  const timer = new RepeatingTimer({ waitMs: () => 10, work })
  timer.start()
  await vi.advanceTimersByTimeAsync(100)
  expect(rounds).toHaveLength(1)
  rounds[0]?.()
  await vi.advanceTimersByTimeAsync(10)
  expect(rounds).toHaveLength(2)
  let isStopped = false
  const stopped = timer.stop().then(() => {
    isStopped = true
  })
  await vi.advanceTimersByTimeAsync(100)
  expect(isStopped).toBe(false)
  rounds[1]?.()
  await stopped
  await vi.advanceTimersByTimeAsync(100)
  expect(rounds).toHaveLength(2)
})
