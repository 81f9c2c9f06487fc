/** The program of a process that judges the histories it receives, in order. */
import type { History } from './history.ts'
import { judge } from './judge.ts'

process.on('disconnect', () => process.exit())
process.on('message', (history: History) => {
  process.send?.(judge(history))
})
