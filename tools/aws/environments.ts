import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Misuse } from './endings.ts'

/**
 * @returns the name, if `infra/environments` has a file of variables for it.
 * @throws {Misuse} that names the environments that exist.
 */
export function knownEnvironment(infra: string, name: string): string {
  const known = readdirSync(join(infra, 'environments'))
    .filter((file) => file.endsWith('.tfvars'))
    .map((file) => file.slice(0, -'.tfvars'.length))
  if (known.includes(name)) return name
  throw new Misuse(
    `--env ${JSON.stringify(name)} is not known: there is ${known.join(', ')}, one for each infra/environments/*.tfvars`,
  )
}
