/** The packages in `ops`: the models of Kubernetes, YAML, and a linter of Dockerfiles. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const requireFromOps = createRequire(join(ROOT, 'ops/package.json'))

/** What the tests need and this machine lacks, in one line. */
export function opsLack(): string | undefined {
  return existsSync(join(ROOT, 'ops/node_modules/yaml')) ? undefined : 'run `npm ci --prefix ops` first'
}

/** The text of a file, by its path from the root. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** What a YAML file says. */
export function readYaml(path: string): unknown {
  const { parse } = requireFromOps('yaml') as { parse: (text: string, options: object) => unknown }
  return parse(read(path), { strict: true, uniqueKeys: true })
}

/** Those of some paths that are sent to a container engine, by `.dockerignore`. */
export function inContext(paths: readonly string[]): readonly string[] {
  const ignore = requireFromOps('@balena/dockerignore') as () => {
    add: (text: string) => { filter: (paths: readonly string[]) => string[] }
  }
  return ignore().add(read('.dockerignore')).filter(paths)
}
