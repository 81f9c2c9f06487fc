/** docs/operations.md names every metric that is exported, and every alert. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'
import { BusyService } from './busy-service.ts'
import { QUERIES } from './dashboard.ts'
import { metricsIn } from './exported.ts'
import { alertRules } from './rule-files.ts'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'

const DOCUMENT = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8')
const atEnd = atEndOfTests()

it('the table of metrics is what a service exports, with its labels', async () => {
  const busy = await BusyService.start(atEnd)
  await busy.makeCalls()
  const written = rowsOf(/^\| `(streamgate_\w+)` \| (?:(.*?) )?\| .+ \|$/gm)
  await vi.waitFor(
    async () => {
      const exported = [...metricsIn(await busy.scrape())].filter(([name]) => name.startsWith('streamgate_'))
      const rows = exported.map(([name, labels]) => [name, [...labels].map((one) => `\`${one}\``).join(', ')])
      expect(Object.fromEntries(written)).toEqual(Object.fromEntries(rows))
    },
    { timeout: 20_000, interval: 50 },
  )
}, 60_000)

it('the table of alerts is that of the rules, in their order, with their severity', () => {
  const written = rowsOf(/^\| `(Streamgate\w+)` \| (page|ticket) \| .{20,} \|$/gm)
  expect(written).toEqual(alertRules().map(({ alert, labels }) => [alert, labels.severity]))
})

it('panels that it names are in the dashboard', () => {
  const titles = QUERIES.map(({ title }) => title)
  const named = [...DOCUMENT.matchAll(/“([^”]+)”/g)].map(([, title]) => title)
  expect(named.length).toBeGreaterThan(5)
  for (const title of named) expect(titles).toContain(title)
})

/** The first two cells of each row. */
function rowsOf(row: RegExp): readonly (readonly [string, string])[] {
  return [...DOCUMENT.matchAll(row)].map(([, first = '', second = '']) => [first, second])
}
