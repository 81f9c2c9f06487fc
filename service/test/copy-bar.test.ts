import { expect, it } from 'vitest'
import { CopyBar } from '../src/commands/copy-progress.ts'

it('the bar of a copy shows its share and its megabytes, and disappears', () => {
  const lines: string[] = []
  const bar = new CopyBar({ columns: 200, write: (text) => lines.push(text.replace('\r\u001b[K', '')) })
  bar.show({ bytes: 0, bytesInAll: 0 })
  bar.show({ bytes: 250_000_000, bytesInAll: 1_000_000_000 })
  bar.show({ bytes: 1_100_000_000, bytesInAll: 1_000_000_000 })
  bar.clear()
  expect(lines).toEqual([
    '[------------------------] 0 %  0 of 0 MB',
    '[######------------------] 25 %  250 of 1,000 MB',
    '[########################] 100 %  1,100 of 1,000 MB',
    '',
  ])
})
