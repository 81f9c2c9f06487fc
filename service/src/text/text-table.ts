/** A cell: one line, or several. */
export type Cell = string | readonly string[]

/** The content of a table. `numbers` names the columns that are aligned to the right. */
export type TextTable = {
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly numbers?: ReadonlySet<string>
}

const GAP = '  '

/** A table for a terminal, with columns as wide as they must be. It ends with a line feed. */
export function textTable({ head, rows, numbers = new Set() }: TextTable): string {
  const cells = [head, ...rows].map((row) => row.map(linesOf))
  const widths = head.map((_, column) =>
    Math.max(...cells.flatMap((row) => (row[column] ?? []).map(widthOf))),
  )
  const lines = cells.flatMap((row) => {
    const height = Math.max(...row.map(({ length }) => length))
    return Array.from({ length: height }, (_, index) =>
      head
        .map((name, column) => padded(row[column]?.[index] ?? '', widths[column] ?? 0, numbers.has(name)))
        .join(GAP)
        .trimEnd(),
    )
  })
  return `${lines.join('\n')}\n`
}

function linesOf(cell: Cell): readonly string[] {
  return typeof cell === 'string' ? [cell] : cell
}

function padded(text: string, width: number, isNumber: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return isNumber ? blanks + text : text + blanks
}

function widthOf(text: string): number {
  return Array.from(text).length
}
