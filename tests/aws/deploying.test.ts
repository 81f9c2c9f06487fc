/** What a deployment looks at before it plans, what it asks, and how it is tried afterwards. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parsePolicyText } from '../../service/src/policy/policy-file.ts'
import { composeTarget } from '../http-contract/target.ts'
import { listen } from '../../service/src/servers/node-server.ts'
import { answering } from './answering.ts'
import { ScriptedTerraform } from './scripted-terraform.ts'
import { FakeS3AndSts } from './fake-s3-and-sts.ts'
import { TemporaryCheckout, type Run } from './temporary-checkout.ts'

const ARTEFACTS = '/streamgate-artefacts-111122223333-eu-central-1/streamgate'
const CHANGE = {
  resource_changes: [
    {
      address: 'aws_lambda_function.it',
      type: 'aws_lambda_function',
      change: { actions: ['update'], before: {} },
    },
  ],
}

describe('a deployment', () => {
  const aws = new FakeS3AndSts()
  const terraform = new ScriptedTerraform()
  const checkout = new TemporaryCheckout({})
  const older = checkout.head()
  checkout.write('README.md', 'newer')
  const newer = checkout.commit('newer')
  beforeAll(async () => {
    await aws.start()
    for (const commit of [older, newer]) {
      aws.objects.set(`${ARTEFACTS}/${commit}/bundle.zip`, { body: Buffer.from(''), sha256: 'x' })
    }
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
  const deploy = (flags = '--no-smoke-test'): Promise<Run> =>
    checkout.script(`deploy --env dev --auto-approve ${flags}`, environment())
  const isPlanned = (): boolean => terraform.calls.some((call) => call.startsWith('plan'))

  describe('of a clone that is not up to date', () => {
    it('is refused if what runs is newer', async () => {
      terraform.hasOutputs({ release: newer })
      await checkout.shell(`git checkout --quiet ${older}`)
      const { code, output } = await deploy()
      await checkout.shell('git checkout --quiet main')
      expect(code).toBe(1)
      expect(output).toContain(
        `dev runs commit ${newer}, which the commit of this tree, ${older}, does not build on`,
      )
      expect(output).toContain(`git pull first, or say --commit ${older} to roll dev back to it`)
      expect(isPlanned()).toBe(false)
    })

    it('is refused if it does not know what runs', async () => {
      terraform.hasOutputs({ release: 'f'.repeat(40) })
      const { code, output } = await deploy()
      expect(code).toBe(1)
      expect(output).toContain('which this clone does not know')
      expect(isPlanned()).toBe(false)
    })

    it('is made and told of if the clone is shallow and cannot know', async () => {
      terraform.hasOutputs({ release: 'f'.repeat(40) })
      checkout.write('.git/shallow', `${newer}\n`)
      const { code, output } = await deploy()
      await checkout.shell('rm .git/shallow')
      expect(code, output).toBe(0)
      expect(output).toContain('which this shallow clone does not know')
    })

    it('is made and told of if the older commit is named', async () => {
      terraform.hasOutputs({ release: newer })
      const { code, output } = await deploy(`--commit ${older} --no-smoke-test`)
      expect(code, output).toBe(0)
      expect(output).toContain(`dev runs commit ${newer}; this takes it back to ${older}`)
    })

    it('goes on if what runs is older, or the same', async () => {
      for (const release of [older, newer]) {
        terraform.hasOutputs({ release })
        const { code, output } = await deploy()
        expect(code, output).toBe(0)
        expect(output).not.toContain('dev runs commit')
      }
    })
  })

  it('is not planned with a policy that the service would not take', async () => {
    terraform.hasOutputs({ release: newer })
    terraform.hasPolicy(
      '{\n  "plans": { "standard": { "limits": [{ "max": 0 }] } },\n  "leaseSeconds": 0\n}\n',
    )
    const { code, output } = await deploy()
    expect(code).toBe(1)
    expect(output).toContain('the policy has faults, so nothing was planned:')
    expect(output).toMatch(/policy:2:\d+: \/plans\/standard\/limits\/0\/max /)
    expect(output).toMatch(/policy:3:\d+: \/leaseSeconds /)
    expect(isPlanned()).toBe(false)
    const evaluation = terraform.calls.find((call) => call.startsWith('console'))
    expect(evaluation).toContain('-var-file=environments/dev.tfvars')
  })

  it('leaves the role by which API Gateway writes logs as another deployment has set it', async () => {
    const change = {
      actions: ['update'],
      before: { cloudwatch_role_arn: 'arn:aws:iam::111122223333:role/others' },
    }
    terraform.hasOutputs({
      release: newer,
      artefact_bucket: 'streamgate-artefacts-111122223333-eu-central-1',
      state_bucket: 'streamgate-state-111122223333-eu-central-1',
    })
    terraform.plans({
      resource_changes: [
        { address: 'aws_api_gateway_account.this[0]', type: 'aws_api_gateway_account', change },
      ],
    })
    aws.objects.delete(`${ARTEFACTS}/${newer}/bundle.zip`)
    const { output } = await checkout.script(
      'provision --env dev --auto-approve --no-smoke-test',
      environment(),
    )
    expect(output).toContain(
      'API Gateway writes its logs by arn:aws:iam::111122223333:role/others already: that is left alone',
    )
    const plans = terraform.calls.filter((call) => call.startsWith('plan'))
    expect(plans.map((call) => call.includes('-var=gateway_log_role=false'))).toEqual([false, true, false])
  })

  it('sets that role again if it is our own', async () => {
    const own = 'arn:aws:iam::111122223333:role/streamgate-gateway-logs-eu-central-1'
    terraform.plans({
      resource_changes: [
        {
          address: 'aws_api_gateway_account.this[0]',
          type: 'aws_api_gateway_account',
          change: { actions: ['no-op'], before: { cloudwatch_role_arn: own } },
        },
      ],
    })
    const { output } = await checkout.script(
      'provision --env dev --auto-approve --no-smoke-test',
      environment(),
    )
    expect(output).toContain('The buckets are already as they should be')
    expect(terraform.calls.some((call) => call.includes('gateway_log_role=false'))).toBe(false)
  })

  it('asks with the account and the Region in its question', async () => {
    terraform.hasOutputs({ release: newer })
    terraform.plans(CHANGE)
    const line = `deploy --env dev --no-smoke-test`
    const { output } = await checkout.shell(
      `echo no | script -qec ${JSON.stringify(`node tools/aws/cli.ts ${line}`)} /dev/null`,
      environment(),
    )
    expect(output).toContain('Apply this plan to dev in account 111122223333, eu-central-1?')
    expect(output).toContain('nothing was changed')
  })

  describe('is tried', () => {
    it.each<[string, string | undefined, string]>([
      [
        'by its built-in policy',
        undefined,
        'A start, a refusal (stream 4 of 3) and a stop are answered as they should be',
      ],
      [
        'under a policy that ends others',
        '{ "plans": { "standard": { "limits": [{ "max": 2 }], "whenFull": "evict-oldest" } } }',
        'the policy lets stream 3 of 2 in as well',
      ],
      [
        'under a large limit',
        '{ "plans": { "standard": { "limits": [{ "max": 50 }] } } }',
        'since 50 streams may run',
      ],
    ])('%s', async (_name, policy, says) => {
      const settings =
        policy === undefined ? {} : { policy: { policy: parsePolicyText(policy), text: policy } }
      const service = await composeTarget(settings)
      const server = await listen(service.app, { host: '127.0.0.1', port: 0 })
      onTestFinished(async () => {
        await server.close(0)
        await service.close()
      })
      terraform.hasOutputs({ release: newer, url: server.url })
      const { code, output } = await deploy('')
      expect(code, output).toBe(0)
      expect(output).toContain(`Trying it at ${server.url}`)
      expect(output).toContain(says)
    })

    it('at another address, if that is said', async () => {
      const { url } = await answering(200, {})
      const { output } = await deployWith({ asks_for_tokens: true }, `--url ${url}`)
      expect(output).toContain(`Trying it at ${url}`)
    })

    it('by a call without a token, if tokens are asked for', async () => {
      const { url, lines } = await answering(401, {})
      const { code, output } = await deployWith({ asks_for_tokens: true, url }, '')
      expect(code, output).toBe(0)
      expect(output).toContain('It answers, and asks for tokens')
      expect(lines).toEqual(['GET /readyz', 'POST /users/smoke-test/streams'])
    })

    it('with the key of a consumer', async () => {
      const { url, keys } = await answering(403, {})
      await deployWith({ api_keys: { app: 'secret' }, url }, '')
      expect(new Set(keys)).toEqual(new Set(['secret']))
    })

    it('and a fault is told with the way back', async () => {
      const { url, lines } = await answering(503, {
        type: '/problems/store-unavailable',
        detail: 'The table is gone.',
      })
      const { code, output } = await deployWith({ release: older, url }, '')
      expect(code).toBe(1)
      expect(output).toMatch(
        /streamgate: dev is deployed, but POST \/users\/smoke-test-[\w-]+\/streams is answered by 503 \/problems\/store-unavailable The table is gone\., and not by 201/,
      )
      expect(output).toContain(`npm run deploy -- --env dev --commit ${older} goes back`)
      expect(lines.at(-1)).toMatch(/^DELETE \/users\/smoke-test-/)
    })
  })

  function deployWith(outputs: object, flags: string): Promise<Run> {
    terraform.hasOutputs({ release: newer, ...outputs })
    return deploy(flags)
  }
})
