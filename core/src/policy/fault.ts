/**
 * What is wrong with a policy, and how a line says it. A file may have thousands of faults, and
 * names of any length.
 */

/** What is wrong with one place of a policy file, by its JSON pointer (RFC 6901). */
export type PolicyFault = { readonly pointer: string; readonly detail: string }

/** The most faults that one line names. */
export const FAULTS_NAMED_MAX = 20
/**
 * The longest pointer that is shown completely. Every member of a valid policy has a shorter one.
 */
const POINTER_LENGTH_MAX = 200

/** The first twenty faults on one line, and how many more there are. */
export function faultsInWords(faults: readonly PolicyFault[]): string {
  const named = faults
    .slice(0, FAULTS_NAMED_MAX)
    .map(({ pointer, detail }) => `${shortPointer(pointer)} ${detail}`)
    .join('; ')
  const more = faults.length - FAULTS_NAMED_MAX
  return more > 0 ? `${named}; and ${more} more faults` : named
}

/**
 * A pointer as a message shows it. If a name in it is very long, only its beginning. `/` is the
 * whole file.
 */
export function shortPointer(pointer: string): string {
  if (pointer === '') return '/'
  return pointer.length > POINTER_LENGTH_MAX ? `${pointer.slice(0, POINTER_LENGTH_MAX - 1)}…` : pointer
}
