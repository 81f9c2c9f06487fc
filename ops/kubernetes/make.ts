/**
 * `npm run kubernetes` writes the manifests into this folder, or into another one that is named.
 *
 * The compiler refuses a member that Kubernetes does not know, and the models refuse a value.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { BASE } from './base.ts'
import { SINGLE } from './lmdb.ts'
import { MONITORING } from './monitoring.ts'
import { type Objects } from './names.ts'
import { POLICY } from './pod.ts'
import { REDIS } from './redis.ts'

/** A folder that `kubectl apply -k` takes. */
type Layer = {
  readonly objects: Objects
  /** Folders that this one adds to. */
  readonly on?: readonly string[]
  /** More members of the kustomization. */
  readonly more?: Readonly<Record<string, unknown>>
}

const ON_BASE = ['../../base']

const LAYERS: Readonly<Record<string, Layer>> = {
  base: {
    objects: BASE,
    more: {
      // Always the same name. A running pod reads the new policy, so no pod must be replaced.
      configMapGenerator: [
        { name: POLICY.configMap, files: [POLICY.file], options: { disableNameSuffixHash: true } },
      ],
    },
  },
  'overlays/redis': { objects: REDIS, on: ON_BASE },
  'overlays/lmdb': { objects: SINGLE, on: ON_BASE },
  monitoring: { objects: MONITORING },
}

const HEAD = '# Made by `npm run kubernetes` from the .ts files in ops/kubernetes.\n'

function write(folder: string): void {
  for (const [name, { objects, on = [], more = {} }] of Object.entries(LAYERS)) {
    const layer = join(folder, name)
    mkdirSync(layer, { recursive: true })
    for (const old of readdirSync(layer)) if (old.endsWith('.yaml')) rmSync(join(layer, old))
    for (const [file, object] of Object.entries(objects)) {
      object.validate()
      writeYaml(join(layer, `${file}.yaml`), object.toJSON())
    }
    const resources = [...on, ...Object.keys(objects).map((file) => `${file}.yaml`)]
    writeYaml(join(layer, 'kustomization.yaml'), {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources,
      ...more,
    })
  }
}

function writeYaml(path: string, value: unknown): void {
  writeFileSync(path, HEAD + stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }))
}

write(process.argv[2] ?? fileURLToPath(new URL('.', import.meta.url)))
