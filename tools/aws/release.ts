/** `npm run release` makes the bundle in `dist` the release of this commit, once and for all. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle, type Manifest } from '../build.ts'
import { identify } from './account.ts'
import { Artefacts, releaseKey } from './artefacts.ts'
import { Refusal } from './endings.ts'
import type { Repository } from './repository.ts'
import { tell } from './tell.ts'

/** Releases the tree's commit, and returns it. If it is already released, nothing is written. */
export async function release(repository: Repository): Promise<string> {
  const commit = repository.headCommit()
  repository.refuseDirtyTree()
  const manifest = readManifest(repository.root)
  const account = await identify()
  tell(`Account ${account.accountId}, ${account.region}`)
  const artefacts = new Artefacts(account)
  try {
    await artefacts.refuseMissingBucket()
    await refuseOtherSources(repository, commit, manifest)
    await upload(artefacts, { repository, commit, manifest })
  } finally {
    artefacts.close()
  }
  return commit
}

function readManifest(root: string): Manifest {
  try {
    readFileSync(join(root, 'dist/bundle.zip'))
    return JSON.parse(readFileSync(join(root, 'dist/manifest.json'), 'utf8')) as Manifest
  } catch {
    throw new Refusal('there is no bundle in dist: run npm run build')
  }
}

/**
 * Builds are the same to the byte, so the commit is built again and compared.
 *
 * @throws {Refusal} if the bundle in `dist` is not what this commit builds.
 */
async function refuseOtherSources({ root }: Repository, commit: string, manifest: Manifest): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-release-'))
  try {
    const { sha256 } = await buildBundle(folder)
    const zip = readFileSync(join(root, 'dist/bundle.zip'))
    if (sha256 !== manifest.sha256 || !zip.equals(readFileSync(join(folder, 'bundle.zip')))) {
      throw new Refusal(`dist/bundle.zip is not what commit ${commit} builds: run npm run build`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  tell(`dist/bundle.zip is what commit ${commit} builds (${manifest.zipBytes} bytes)`)
}

type Upload = { readonly repository: Repository; readonly commit: string; readonly manifest: Manifest }

/** The zip is written last: if it exists, the release is complete. */
async function upload(artefacts: Artefacts, { repository, commit, manifest }: Upload): Promise<void> {
  if (isSame(await artefacts.released(commit), manifest, commit)) return
  for (const file of ['index.mjs.map', 'manifest.json']) {
    await artefacts.writeOnce(releaseKey(commit, file), readFileSync(join(repository.root, 'dist', file)))
  }
  const zip = readFileSync(join(repository.root, 'dist/bundle.zip'))
  if (await artefacts.writeOnce(releaseKey(commit, 'bundle.zip'), zip)) {
    tell(`Released ${commit} to s3://${artefacts.bucket}/${releaseKey(commit, 'bundle.zip')}`)
    return
  }
  isSame(await artefacts.released(commit), manifest, commit)
}

/** Whether the commit is released with exactly these bytes. False if it is not released at all. */
function isSame(released: string | undefined, { sha256 }: Manifest, commit: string): boolean {
  if (released === undefined) return false
  if (released !== sha256) {
    throw new Refusal(
      `commit ${commit} is released already with another bundle (SHA-256 ${released}, this one ${sha256}), and a release is never changed: commit what differs, or run npm ci and npm run build`,
    )
  }
  tell(`Commit ${commit} is already released, with the same bundle`)
  return true
}
