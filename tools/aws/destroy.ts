/**
 * `npm run destroy` removes one environment. The two buckets stay, with the releases and the states
 * of others.
 */
import { join } from 'node:path'
import { identify, placeOf } from './account.ts'
import { approve, refuseUnattended } from './approval.ts'
import { connect, variablesOf, withPlanFile } from './deploy.ts'
import { knownEnvironment } from './environments.ts'
import { deletions, protectedTables } from './plan.ts'
import { Refusal } from './endings.ts'
import type { Repository } from './repository.ts'
import { tell } from './tell.ts'
import { Terraform } from './terraform.ts'

export type DestroyOptions = { readonly env: string; readonly autoApprove?: boolean }

/** Lists what will be removed, asks, and removes it. */
export async function destroy(repository: Repository, options: DestroyOptions): Promise<void> {
  const { env, autoApprove = false } = options
  const infra = join(repository.root, 'infra')
  knownEnvironment(infra, env)
  refuseUnattended(autoApprove)
  const account = await identify()
  tell(`Account ${account.accountId}, ${account.region}, environment ${env}`)
  const terraform = new Terraform(infra, account)
  await terraform.refuseMissing()
  await connect(terraform, env)
  const { release } = await terraform.outputs()
  if (!(await terraform.hasState())) {
    tell(`There is nothing of ${env}`)
    return
  }
  if (typeof release !== 'string') {
    throw new Refusal(
      `the last deployment of ${env} did not come to its end: deploy it again, and then destroy it`,
    )
  }
  await withPlanFile(async (planFile) => {
    const plan = await terraform.plan(planFile, [
      '-destroy',
      ...variablesOf({ env, commit: release, account }),
    ])
    const guarded = protectedTables(plan)
    if (guarded.length > 0) {
      throw new Refusal(
        `${guarded.join(', ')} is protected from deletion, so nothing was destroyed: set deletion_protection = false in infra/environments/${env}.tfvars, deploy that, and try again`,
      )
    }
    const going = deletions(plan)
    tell(`These ${going.length} will go, for good:`)
    process.stdout.write(`${going.map((address) => `      ${address}`).join('\n')}\n`)
    await approve(`Destroy ${env} ${placeOf(account)}, with every viewer's streams?`, autoApprove)
    await terraform.apply(planFile)
  })
  tell(
    `${env} is gone; releases and the states of other environments stay in ${account.artefactBucket} and ${account.stateBucket}`,
  )
}
