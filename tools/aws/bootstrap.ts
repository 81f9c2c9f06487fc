/**
 * The two buckets that everything else needs, for releases and for Terraform's state. Terraform's
 * own state of them is thrown away: `infra/bootstrap` adopts what exists, so that any machine can
 * run this again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { placeOf, type Account } from './account.ts'
import { approve } from './approval.ts'
import { isEmpty, replacedLogRole, type Plan } from './plan.ts'
import { Refusal } from './endings.ts'
import { tell } from './tell.ts'
import { Terraform } from './terraform.ts'

/**
 * Creates the buckets, or updates them to match `infra/bootstrap`. It also finishes what an earlier
 * run left undone.
 */
export async function bootstrap(infra: string, account: Account, isAutoApproved: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bootstrap-'))
  try {
    const terraform = new Terraform(join(infra, 'bootstrap'), account)
    await terraform.refuseMissing()
    tell('terraform init of the two buckets')
    await terraform.initLocally(join(folder, 'state'))
    const planFile = join(folder, 'plan')
    const plan = await planBuckets(terraform, planFile, account)
    if (isEmpty(plan)) {
      tell('The buckets are already as they should be')
      return
    }
    await approve(`Apply this plan to the buckets ${placeOf(account)}?`, isAutoApproved)
    tell('Applying to the buckets')
    await terraform.apply(planFile)
    refuseOtherNames(await terraform.outputs(), account)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * One role writes the logs of all REST APIs of an account and Region. If one is already set, it
 * stays, because other APIs may rely on it.
 */
async function planBuckets(terraform: Terraform, planFile: string, { logRole }: Account): Promise<Plan> {
  const plan = await terraform.plan(planFile, [], 'quiet')
  const present = replacedLogRole(plan, logRole)
  if (present === undefined) {
    await terraform.show(planFile)
    return plan
  }
  tell(`API Gateway writes its logs by ${present} already: that is left alone`)
  return terraform.plan(planFile, ['-var=gateway_log_role=false'])
}

/** @throws {Refusal} if the configuration names other buckets than the commands look for. */
function refuseOtherNames(outputs: Readonly<Record<string, unknown>>, account: Account): void {
  const { artefactBucket, stateBucket } = account
  if (outputs['artefact_bucket'] === artefactBucket && outputs['state_bucket'] === stateBucket) return
  throw new Refusal(
    `infra/bootstrap made other buckets than ${artefactBucket} and ${stateBucket}: leave its variable prefix as it is`,
  )
}
