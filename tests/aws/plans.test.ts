import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ScriptedTerraform } from './scripted-terraform.ts'
import { FakeS3AndSts } from './fake-s3-and-sts.ts'
import { TemporaryCheckout, type Run } from './temporary-checkout.ts'

const COMMIT = 'c'.repeat(40)
/** What is deployed here is a script's word, so there is nothing to try. */
const DEPLOY = `deploy --env dev --commit ${COMMIT} --auto-approve --no-smoke-test`
const REPLACEMENT = tableChange(['delete', 'create'])

describe('what becomes of a plan', () => {
  const aws = new FakeS3AndSts()
  const terraform = new ScriptedTerraform()
  const checkout = new TemporaryCheckout({})
  beforeAll(async () => {
    await aws.start()
    aws.objects.set(`/streamgate-artefacts-111122223333-eu-central-1/streamgate/${COMMIT}/bundle.zip`, {
      body: Buffer.from(''),
      sha256: 'x',
    })
  })
  afterEach(() => terraform.reset())
  afterAll(async () => {
    await aws.stop()
    terraform.remove()
    await checkout.remove()
  })
  const environment = (): Readonly<Record<string, string>> => ({
    ...aws.environment,
    PATH: `${terraform.folder}:${checkout.path}`,
  })
  const run = (line: string): Promise<Run> => checkout.script(line, environment())
  const isApplied = (): boolean => terraform.calls.some((call) => call.startsWith('apply'))

  it('is applied, with the environment’s file, the release and the buckets of the account', async () => {
    terraform.plans({ resource_changes: [change('aws_lambda_function', ['update'])] })
    const { code, output } = await run(DEPLOY)
    expect(code, output).toBe(0)
    expect(output).toContain('URL:  https://api/test\nTry:  curl it\n')
    const init = terraform.calls.find((call) => call.startsWith('init'))
    const plan = terraform.calls.find((call) => call.startsWith('plan'))
    expect(init).toContain('-backend-config=bucket=streamgate-state-111122223333-eu-central-1')
    expect(init).toContain('-backend-config=key=environments/dev.tfstate')
    expect(init).toContain('-backend-config=use_lockfile=true')
    expect(plan).toContain('-var-file=environments/dev.tfvars')
    expect(plan).toContain('-var=artefact_bucket=streamgate-artefacts-111122223333-eu-central-1')
    expect(plan).toContain(`-var=release=${COMMIT}`)
    const planFile = /-out=(\S+)/.exec(plan ?? '')?.[1]
    expect(terraform.calls).toContain(`apply -no-color ${planFile}`)
  })

  it.each([
    ['no change', {}],
    [
      'looks and nothing else',
      { resource_changes: [{ ...change('aws_s3_object', ['read']), mode: 'data' }] },
    ],
    ['outputs as they were', { output_changes: { url: { actions: ['no-op'] } } }],
  ])('with %s is not applied', async (_what, plan) => {
    terraform.plans(plan)
    const { code, output } = await run(DEPLOY)
    expect(code).toBe(0)
    expect(output).toContain('dev is already as it should be')
    expect(isApplied()).toBe(false)
  })

  it.each([
    ['replaces', REPLACEMENT],
    ['replaces, new one first,', tableChange(['create', 'delete'])],
    ['destroys', tableChange(['delete'])],
  ])('that %s the table is refused', async (_what, plan) => {
    terraform.plans(plan)
    const { code, output } = await run(DEPLOY)
    expect(code).toBe(1)
    expect(output).toContain('this plan would take away aws_dynamodb_table.it and every viewer')
    expect(isApplied()).toBe(false)
  })

  it('that replaces the table is applied if a flag insists', async () => {
    terraform.plans(REPLACEMENT)
    expect(await run(`${DEPLOY} --allow-table-replacement`)).toMatchObject({ code: 0 })
    expect(isApplied()).toBe(true)
  })

  it.each([`${DEPLOY} --allow-table-replacement`, 'destroy --env dev --auto-approve'])(
    'that loses a protected table is refused however it is asked for: %s',
    async (line) => {
      terraform.plans(tableChange(['delete'], true))
      const { code, output } = await run(line)
      expect(code).toBe(1)
      expect(output).toContain('aws_dynamodb_table.it is protected from deletion')
      expect(output).toContain('deletion_protection = false')
      expect(isApplied()).toBe(false)
    },
  )

  it('that destroys names what will go', async () => {
    terraform.plans(tableChange(['delete']))
    const { code, output } = await run('destroy --env dev --auto-approve')
    expect(code).toBe(0)
    expect(output).toContain('These 1 will go, for good:\n      aws_dynamodb_table.it\n')
    expect(terraform.calls.find((call) => call.startsWith('plan'))).toContain('-destroy')
    expect(isApplied()).toBe(true)
  })

  it('is not made by a Terraform that is too old', async () => {
    terraform.isVersion('1.9.8')
    const { code, output } = await run(DEPLOY)
    expect(code).toBe(1)
    expect(output).toContain('streamgate: terraform 1.9.8 is too old: install 1.10 or newer')
  })

  it('is stopped by Ctrl-C, which reaches Terraform once', async () => {
    terraform.plans({ resource_changes: [change('aws_lambda_function', ['update'])] })
    terraform.isSlow()
    const { code, output } = await checkout.script(DEPLOY, environment(), {
      signalAt: 'Applying for a while',
      signals: ['SIGINT', 'SIGTERM'],
    })
    expect(code).toBe(130)
    expect(output.match(/Stopping: Terraform is finishing what it has begun\./g)).toHaveLength(1)
    expect(output).toContain('streamgate: stopped')
    expect(terraform.calls.filter((call) => call === 'interrupted')).toHaveLength(1)
  })
})

function change(type: string, actions: readonly string[]): object {
  return { address: `${type}.it`, type, change: { actions, before: {} } }
}

function tableChange(actions: readonly string[], isProtected = false): object {
  const before = { deletion_protection_enabled: isProtected }
  const type = 'aws_dynamodb_table'
  return { resource_changes: [{ address: `${type}.it`, type, change: { actions, before } }] }
}
