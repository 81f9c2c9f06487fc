/** `ops/compose.yaml`, as far as the tests read it. */
import { readYaml } from './ops-packages.ts'

/** A service of the file. */
export type Service = {
  readonly build?: string
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly stop_grace_period?: string
}

/** The whole file. */
export type Compose = {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

/** What the file says. */
export function readCompose(): Compose {
  return readYaml('ops/compose.yaml') as Compose
}

/** Its services by their names. */
export function composeServices(): Compose['services'] {
  return readCompose().services
}
