/** The dashboard can be imported, and is laid out as Grafana shows it. */
import { describe, expect, it } from 'vitest'
import { DASHBOARD, QUERIES } from './dashboard.ts'

const { panels, templating } = DASHBOARD

describe('the dashboard', () => {
  it('lets its reader choose the data source, and asks no other', () => {
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
    const chosen = { type: 'prometheus', uid: '${datasource}' }
    for (const { type, datasource, targets = [], title } of panels) {
      if (type === 'row') continue
      expect([datasource, ...targets.map((target) => target.datasource)], title).toEqual(
        Array.from({ length: targets.length + 1 }, () => chosen),
      )
    }
  })

  it('asks only for the jobs and instances that its reader chose', () => {
    for (const { expr, title } of QUERIES) {
      // Without the texts of other labels, which may hold braces.
      const selectors = expr.replaceAll(/([=~])"[^"$]*"/g, '$1""').match(/\{[^}]*\}/g) ?? []
      expect(selectors, title).not.toEqual([])
      for (const selector of selectors) expect(selector, title).toContain('job=~"$job",instance=~"$instance"')
    }
  })

  it('has panels with ids and titles of their own, which do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const { gridPos, title } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x},${y}`), title).toBe(false)
          taken.add(`${x},${y}`)
        }
      }
    }
  })
})
