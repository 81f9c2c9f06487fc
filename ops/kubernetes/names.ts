/** What the manifests name, so that they agree. */
import { readFileSync } from 'node:fs'
import type { Model } from '@kubernetes-models/base'

/** The name of the workload and of what belongs to it. */
export const NAME = 'streamgate'

/** The port of the image. */
export const PORT = 8080

/** The name of that port. */
export const PORT_NAME = 'http'

/** By these labels all objects find the pods. A deployment cannot change them later. */
export const LABELS = { 'app.kubernetes.io/name': NAME }

/** The image that `docs/deploying.md` builds. An overlay of your own names your registry. */
export const IMAGE = `${NAME}:${ownVersion()}`

/** A folder's objects, by the names of their files. */
export type Objects = Readonly<Record<string, Model<unknown>>>

function ownVersion(): string {
  const manifest = readFileSync(new URL('../../service/package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
