import { expect, it } from 'vitest'
import { ProgressBar } from '../src/commands/sweep-progress.ts'
import type { SweepProgress } from '../src/sweep/sweep-job.ts'

/** A terminal of so many columns, and the lines that were drawn on it. */
class Paper {
  readonly columns: number
  readonly lines: string[] = []

  constructor(columns: number) {
    this.columns = columns
  }

  write(text: string): void {
    this.lines.push(text.replace('\r\u001b[K', ''))
  }
}

function progressAt(usersSeen: number, rest: Partial<SweepProgress> = {}): SweepProgress {
  const tally = {
    usersSeen,
    leasesLive: 0,
    leasesLapsed: 1000,
    leasesFinished: 234,
    notesOutdated: 0,
    usersRemoved: 7,
    writesRefused: 0,
  }
  return { tally, left: [{ index: 0 }], usersAbout: 4000, ...rest }
}

it('the bar shows progress, speed and removals, at most ten times a second, and disappears', () => {
  const paper = new Paper(200)
  let nowMs = 0
  const bar = new ProgressBar(paper, 1, () => nowMs)
  for (nowMs = 1000; nowMs < 1300; nowMs += 30) bar.show(progressAt(nowMs))
  bar.clear()
  expect(paper.lines).toEqual([
    '[######------------------] 25 %  1,000 of about 4,000 users, 1,000/s  1,234 leases pruned, 7 users removed',
    '[#######-----------------] 28 %  1,120 of about 4,000 users, 1,000/s  1,234 leases pruned, 7 users removed',
    '[#######-----------------] 31 %  1,240 of about 4,000 users, 1,000/s  1,234 leases pruned, 7 users removed',
    '',
  ])
})

it('the bar counts segments if the number of users is unknown, and stays on its line', () => {
  const paper = new Paper(40)
  const bar = new ProgressBar(paper, 4, () => 0)
  bar.show(progressAt(5, { usersAbout: undefined, left: [{ index: 3 }] }))
  expect(paper.lines).toEqual(['[##################------] 75 %  5 users'.slice(0, 39)])
})

it('the bar that was never shown leaves the terminal alone', () => {
  const paper = new Paper(80)
  new ProgressBar(paper, 1, () => 0).clear()
  expect(paper.lines).toEqual([])
})
