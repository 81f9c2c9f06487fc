import { shortPointer, type PolicyFault } from '@streamgate/core'
import type { Place } from '../text/json-places.ts'
import { printable } from '../text/printable.ts'

/** What is wrong with one place of a policy's JSON. */
export type PlacedFault = PolicyFault & Place

/** Faults of a file, one line each, in the order of the file: `file:line:column: pointer what`. */
export function faultLines(name: string, faults: readonly PlacedFault[], kind = ''): string[] {
  return faults
    .toSorted((one, other) => one.line - other.line || one.column - other.column)
    .map(({ pointer, detail, line, column }) => {
      const about = pointer === '' ? '' : `${shortPointer(pointer)} `
      return printable(`${name}:${line}:${column}: ${kind}${about}${detail}`)
    })
}
