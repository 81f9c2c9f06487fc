/**
 * `npm run provision` does everything, from an empty account to an answering URL. It is safe to run
 * again.
 */
import { join } from 'node:path'
import { buildBundle } from '../build.ts'
import { identify } from './account.ts'
import { refuseUnattended } from './approval.ts'
import { bootstrap } from './bootstrap.ts'
import { deploy, type DeployOptions } from './deploy.ts'
import { knownEnvironment } from './environments.ts'
import { release } from './release.ts'
import type { Repository } from './repository.ts'
import { tell } from './tell.ts'

/**
 * Creates the buckets, the bundle, its release and its deployment. Whatever can be refused is
 * refused before anything is created.
 */
export async function provision(repository: Repository, options: DeployOptions): Promise<void> {
  const infra = join(repository.root, 'infra')
  knownEnvironment(infra, options.env)
  refuseUnattended(options.autoApprove === true)
  repository.headCommit()
  repository.refuseDirtyTree()
  const account = await identify()
  await bootstrap(infra, account, options.autoApprove === true)
  await buildReleaseDeploy(repository, options)
}

/** `npm run build-release-deploy`: a later deployment. */
export async function buildReleaseDeploy(repository: Repository, options: DeployOptions): Promise<void> {
  knownEnvironment(join(repository.root, 'infra'), options.env)
  refuseUnattended(options.autoApprove === true)
  repository.refuseDirtyTree()
  tell('Building')
  await buildBundle(join(repository.root, 'dist'))
  await release(repository)
  await deploy(repository, options)
}
