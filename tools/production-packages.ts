/**
 * What `npm install @streamgate/service` brings, according to the lock file.
 *
 * `npm ls` and `npm sbom` do not follow the links between workspaces, and count optional binaries
 * of tools that only developers install.
 */
import { readFileSync } from 'node:fs'

/** A package in the lock file (npm documentation, package-lock.json). */
type Locked = {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A package, and the packages that it needs, by `name@version`. */
export type ProductionPackage = {
  readonly name: string
  readonly version: string
  readonly license: string | undefined
  /** As npm checks it: `sha512-` and base64. Absent for our own packages. */
  readonly integrity: string | undefined
  readonly needs: readonly string[]
}

const LOCK = new URL('../package-lock.json', import.meta.url)

/** All packages that a service runs with, by `name@version`. The service itself is the first. */
export function productionPackages(): ReadonlyMap<string, ProductionPackage> {
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8')) as { packages: Record<string, Locked> }
  const found = new Map<string, ProductionPackage>()
  const visit = (place: string): string => {
    const locked = packages[place]
    if (locked === undefined) throw new Error(`The lock file has no ${place}`)
    const { name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length) } = locked
    const { version = '', license, integrity, dependencies, optionalDependencies } = locked
    const id = `${name}@${version}`
    if (found.has(id)) return id
    // Its place is taken before its dependencies are followed, which may lead back to it.
    found.set(id, { name, version, license, integrity, needs: [] })
    const names = Object.keys({ ...dependencies, ...optionalDependencies })
    const places = names.flatMap((one) => placeOf(packages, place, one) ?? [])
    found.set(id, { name, version, license, integrity, needs: places.map(visit) })
    return id
  }
  visit('service')
  return found
}

/** Where a package finds another: in its own folder, or else in that of one above it. */
function placeOf(packages: Readonly<Record<string, Locked>>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    const { link = false, resolved } = packages[place] ?? {}
    if (packages[place] !== undefined) return link ? resolved : place
    if (folder === '') return undefined
  }
}
