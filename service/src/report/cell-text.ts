/** Cells as people read them. */
import type { LocalTime } from './local-time.ts'
import type { ReportCell, ReportColumn } from './report.ts'

/** What stands for a cell that has nothing to tell. */
export const NOTHING_TOLD = '–'

const MINUTE_S = 60
const HOUR_S = 3600

/** The cell in words and grouped digits. */
export function cellText(cell: ReportCell | undefined, { kind }: ReportColumn, localTime: LocalTime): string {
  if (cell === null || cell === undefined) return NOTHING_TOLD
  if (typeof cell === 'string') return cell
  switch (kind) {
    case 'share':
      return `${(100 * cell).toFixed(1)} %`
    case 'hours':
      return cell.toLocaleString('en', { maximumFractionDigits: cell < 10 ? 1 : 0 })
    case 'seconds':
      return duration(cell)
    case 'instant':
      return localTime.text(cell)
    case 'count':
    case 'text':
      return cell.toLocaleString('en')
  }
}

/** Whether cells of the column are aligned to the right. */
export function isNumber({ kind }: ReportColumn): boolean {
  return kind !== 'text' && kind !== 'instant'
}

function duration(seconds: number): string {
  if (seconds < MINUTE_S) return `${Math.round(seconds)} s`
  if (seconds < HOUR_S) return `${Math.round(seconds / MINUTE_S)} min`
  return `${(seconds / HOUR_S).toFixed(1)} h`
}
