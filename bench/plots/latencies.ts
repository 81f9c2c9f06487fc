/** The picture of latency at a steady pace: p50, p99 and p99.9 on a logarithmic axis. */
import { panelPicture, type Panel, type PanelRow } from './panels.ts'

/** p50, p99 and p99.9 of each row in milliseconds, or none if it was not measured. */
export type LatencyPanel = {
  readonly title: string
  readonly percentiles: readonly (readonly number[] | undefined)[]
}

const DECADES = [0.01, 0.1, 1, 10, 100, 1000, 10_000]
const RADII = [4.5, 3.5, 2.5]

/** Draws a line from p50 over p99 to p99.9 in each row, the dots becoming smaller. */
export function latencyPicture(
  title: string,
  rows: readonly PanelRow[],
  panels: readonly LatencyPanel[],
): string {
  const values = panels.flatMap(({ percentiles }) => percentiles.flatMap((each) => each ?? []))
  const from = Math.log10(DECADES.findLast((decade) => decade <= Math.min(...values)) ?? 0.01)
  const to = Math.log10(DECADES.find((decade) => decade >= Math.max(...values)) ?? 10_000)
  const shareOf = (ms: number) => (Math.log10(ms) - from) / (to - from)
  const ticks = DECADES.filter((ms) => Math.log10(ms) >= from && Math.log10(ms) <= to).map((ms) => ({
    at: shareOf(ms),
    // The next panel begins where this one ends.
    text: Math.log10(ms) < to ? String(ms) : '',
  }))
  const drawn = panels.map(({ title: of, percentiles }) => ({
    title: of,
    ticks,
    draw: drawRow(rows, percentiles, shareOf),
  }))
  return panelPicture(title, rows, drawn)
}

function drawRow(
  rows: readonly PanelRow[],
  percentiles: LatencyPanel['percentiles'],
  shareOf: (ms: number) => number,
): Panel['draw'] {
  return (row, { top, bottom, place }) => {
    const places = percentiles[row]?.map((ms) => place(shareOf(ms)))
    if (places === undefined) return []
    const kind = rows[row]?.isOurs ? 'ours' : 'peer'
    const y = (top + bottom) / 2
    const dots = places.map((x, index) => `<circle class="${kind}" cx="${x}" cy="${y}" r="${RADII[index]}"/>`)
    return [
      `<line class="${kind} line" x1="${places[0]}" y1="${y}" x2="${places.at(-1)}" y2="${y}"/>`,
      ...dots,
    ]
  }
}
