import { nearest } from '@streamgate/core'

/** What the names of all variables begin with. */
const PREFIX = 'STREAMGATE_'

/** What is wrong with the variables of an environment that look like settings and are none. */
export function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): string[] {
  const ownNames = known.map((name) => name.slice(PREFIX.length))
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      const meant = nearest(name.slice(PREFIX.length), ownNames)
      const hint = meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${PREFIX}${meant}?`
      return `${name} is not a setting; ${hint}`
    })
}
