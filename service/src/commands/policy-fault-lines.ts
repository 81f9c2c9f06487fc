import type { PlacedFault } from '../policy/policy-file.ts'
import { printable } from '../text/printable.ts'

/** Faults of a file, one line each, in the order of the file: `file:line:column: pointer what`. */
export function faultLines(name: string, faults: readonly PlacedFault[], kind = ''): string[] {
  return faults
    .toSorted((one, other) => one.line - other.line || one.column - other.column)
    .map(({ pointer, detail, line, column }) => {
      const about = pointer === '' ? '' : `${pointer} `
      return printable(`${name}:${line}:${column}: ${kind}${about}${detail}`)
    })
}
