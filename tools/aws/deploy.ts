/**
 * `npm run deploy` brings one environment to a released commit and to the state that `infra`
 * describes. An older commit is a roll-back. The plan that is applied is exactly the one that was
 * shown and checked.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify, placeOf, type Account } from './account.ts'
import { approve, refuseUnattended } from './approval.ts'
import { Artefacts } from './artefacts.ts'
import { refuseStepBack } from './direction.ts'
import { knownEnvironment } from './environments.ts'
import { isEmpty, lostTables, protectedTables, type Plan } from './plan.ts'
import { Refusal, SmokeTestFailed } from './endings.ts'
import { refuseFaultyPolicy } from './policy-check.ts'
import type { Repository } from './repository.ts'
import { smokeTest } from './smoke-test.ts'
import { tell } from './tell.ts'
import { Terraform } from './terraform.ts'

export type DeployOptions = {
  readonly env: string
  readonly commit?: string
  readonly autoApprove?: boolean
  readonly allowTableReplacement?: boolean
  /** Whether the deployment is tested afterwards. */
  readonly smokeTest?: boolean
  /** The address to test, if not the deployment's own URL. */
  readonly url?: string
}

/** Deploys a released commit, or the tree's commit, to one environment, and tests it. */
export async function deploy(repository: Repository, options: DeployOptions): Promise<void> {
  const { env, autoApprove = false } = options
  const infra = join(repository.root, 'infra')
  knownEnvironment(infra, env)
  refuseUnattended(autoApprove)
  const commit =
    options.commit === undefined ? repository.headCommit() : repository.commitNamed(options.commit)
  const account = await identify()
  tell(`Account ${account.accountId}, ${account.region}, environment ${env}`)
  await refuseUnreleased(account, commit)
  const terraform = new Terraform(infra, account)
  await terraform.refuseMissing()
  await connect(terraform, env)
  const { release: deployed } = await terraform.outputs()
  if (typeof deployed === 'string') {
    refuseStepBack(repository, { env, deployed, commit, isNamed: options.commit !== undefined })
  }
  const variables = variablesOf({ env, commit, account })
  await refuseFaultyPolicy(terraform, variables)
  await withPlanFile(async (planFile) => {
    tell(`Planning ${env} at commit ${commit}`)
    const plan = await terraform.plan(planFile, variables)
    refuseLosingTables(plan, options.allowTableReplacement === true)
    if (isEmpty(plan)) {
      tell(`${env} is already as it should be`)
    } else {
      await approve(`Apply this plan to ${env} ${placeOf(account)}?`, autoApprove)
      tell(`Applying to ${env}`)
      await terraform.apply(planFile)
    }
  })
  const outputs = await terraform.outputs()
  showEnd(outputs, env, commit)
  if (options.smokeTest !== false) await tryOut(outputs, { ...options, deployed })
}

/** @throws {SmokeTestFailed} with how to roll back. */
async function tryOut(
  outputs: Readonly<Record<string, unknown>>,
  { env, url, deployed }: DeployOptions & { readonly deployed: unknown },
): Promise<void> {
  const at = url ?? String(outputs['url'])
  tell(`Trying it at ${at}`)
  const [apiKey] = Object.values((outputs['api_keys'] ?? {}) as Record<string, string>)
  try {
    await smokeTest({ url: at, apiKey, isAskingForTokens: outputs['asks_for_tokens'] === true })
  } catch (error) {
    if (!(error instanceof SmokeTestFailed)) throw error
    const back =
      typeof deployed === 'string' ? `: npm run deploy -- --env ${env} --commit ${deployed} goes back` : ''
    throw new SmokeTestFailed(`${env} is deployed, but ${error.message}${back}`, { cause: error })
  }
}

/** Connects Terraform to the state of one environment. */
export async function connect(terraform: Terraform, env: string): Promise<void> {
  tell(`terraform init, with the state of ${env}`)
  await terraform.init(`environments/${env}`)
}

/** The variables of an environment, apart from its own file. */
export function variablesOf(deployed: {
  readonly env: string
  readonly commit: string
  readonly account: Account
}): readonly string[] {
  const { env, commit, account } = deployed
  return [
    `-var-file=environments/${env}.tfvars`,
    `-var=environment=${env}`,
    `-var=artefact_bucket=${account.artefactBucket}`,
    `-var=release=${commit}`,
  ]
}

/** Gives a plan a file for as long as it is needed, because it may hold API keys. */
export async function withPlanFile(work: (planFile: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-plan-'))
  try {
    await work(join(folder, 'plan'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function refuseUnreleased(account: Account, commit: string): Promise<void> {
  const artefacts = new Artefacts(account)
  try {
    await artefacts.refuseMissingBucket()
    if ((await artefacts.released(commit)) !== undefined) return
    const some = await artefacts.someReleases()
    const known =
      some.length === 0 ? 'nothing is released yet' : `released are, for instance, ${some.join(', ')}`
    throw new Refusal(
      `commit ${commit} was never released in ${account.region}: npm run build and npm run release at that commit, or name another; ${known}`,
    )
  } finally {
    artefacts.close()
  }
}

function refuseLosingTables(plan: Plan, isAllowed: boolean): void {
  const lost = lostTables(plan)
  if (lost.length === 0) return
  if (!isAllowed) {
    throw new Refusal(
      `this plan would take away ${lost.join(', ')} and every viewer's streams with it, so nothing was applied: undo what changed the table's name or key, or say --allow-table-replacement`,
    )
  }
  const guarded = protectedTables(plan)
  if (guarded.length > 0) {
    throw new Refusal(
      `${guarded.join(', ')} is protected from deletion, so nothing was applied: set deletion_protection = false in the environment's file, deploy that first, and try again`,
    )
  }
}

function showEnd(outputs: Readonly<Record<string, unknown>>, env: string, commit: string): void {
  tell(`${env} is at commit ${commit}`)
  process.stdout.write(`\nURL:  ${String(outputs['url'])}\nTry:  ${String(outputs['curl'])}\n`)
}
