import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FakeS3AndSts } from './fake-s3-and-sts.ts'
import { TemporaryCheckout, type Run, type Signalling } from './temporary-checkout.ts'

const NO_AWS = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
}
const COMMANDS = ['release', 'deploy', 'build-release-deploy', 'provision', 'destroy']
const ARTEFACTS = '/streamgate-artefacts-111122223333-eu-central-1/streamgate'

/** Profiles that give no credentials, each for a reason of its own. */
const PROFILES = `[profile sso]
region = eu-central-1
sso_session = corp
sso_account_id = 111122223333
sso_role_name = deploy
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-central-1
sso_registration_scopes = sso:account:access
[profile base]
aws_access_key_id = base
aws_secret_access_key = base
[profile mfa]
region = eu-central-1
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/me
[profile process]
region = eu-central-1
credential_process = false
`

describe('the commands of the AWS deployment', () => {
  const aws = new FakeS3AndSts()
  const checkout = new TemporaryCheckout(NO_AWS)
  const commit = checkout.head()
  const profiles = join(checkout.root, 'node_modules/.profiles')
  beforeAll(async () => {
    writeFileSync(profiles, PROFILES)
    await aws.start()
  })
  afterAll(async () => {
    await aws.stop()
    await checkout.remove()
  })
  afterEach(() => {
    aws.hasBuckets = true
    aws.isHanging = false
    aws.intruder = undefined
    aws.refusal = undefined
    aws.objects.clear()
  })
  const run = (line: string, environment: Readonly<Record<string, string>> = aws.environment): Promise<Run> =>
    checkout.script(line, environment)

  it.each(COMMANDS)('%s has a help', async (name) => {
    const { code, output } = await run(`${name} --help`)
    expect(code).toBe(0)
    expect(output).toContain('Usage: streamgate-aws')
  })

  it.each([
    ['deploy', "required option '--env <name>' not specified"],
    ['deploy --env staging --auto-approve', 'there is dev, prod'],
    ['deploy --env ../x --auto-approve', 'there is dev, prod'],
    ['release --allow-dirty', "unknown option '--allow-dirty'"],
    ['destroy --env dev extra', 'too many arguments'],
  ])('%s makes no sense', async (line, reason) => {
    const { code, output } = await run(line)
    expect(output).toContain(reason)
    expect(code).toBe(2)
  })

  it.each(['deploy', 'build-release-deploy', 'provision', 'destroy'])(
    '%s changes nothing without approval if there is no terminal to ask on',
    async (name) => {
      const { code, output } = await run(`${name} --env dev`)
      expect(code).toBe(1)
      expect(output).toBe(
        'streamgate: there is no terminal to ask on: say --auto-approve if it may change things unasked\n',
      )
    },
  )

  it('release asks for a bundle first', async () => {
    expect(await run('release')).toEqual({
      code: 1,
      output: 'streamgate: there is no bundle in dist: run npm run build\n',
    })
  })

  describe('with a bundle', () => {
    beforeAll(async () => {
      expect((await run('build')).code).toBe(0)
    })

    it.each(['release', 'deploy --env dev --auto-approve', 'destroy --env dev --auto-approve'])(
      '%s says which setting is missing',
      async (line) => {
        const noRegion = await run(line, {})
        expect(noRegion.code).toBe(1)
        expect(noRegion.output).toContain('streamgate: no AWS region is set: set AWS_REGION')
        const noCredentials = await run(line, { AWS_REGION: 'eu-central-1' })
        expect(noCredentials.code).toBe(1)
        expect(noCredentials.output).toContain('streamgate: no AWS credentials were found: set AWS_PROFILE')
      },
    )

    it('release says that AWS does not take the credentials', async () => {
      aws.refusal = 'ExpiredToken'
      const { code, output } = await run('release')
      expect(code).toBe(1)
      expect(output).toContain('streamgate: AWS does not take these credentials (ExpiredToken)')
    })

    it.each([
      [
        'sso',
        'there are no AWS credentials: The SSO session token associated with profile=sso was not found or is invalid',
      ],
      ['mfa', 'there are no AWS credentials: Profile mfa requires multi-factor authentication'],
      ['process', 'the profile "process" gives no AWS credentials'],
      ['typo', `AWS_PROFILE names "typo", which is a profile in neither of `],
    ])('release keeps the reason for which a profile gives no credentials: %s', async (profile, reason) => {
      const { AWS_ENDPOINT_URL: endpoint = '' } = aws.environment
      const { code, output } = await run('release', {
        AWS_ENDPOINT_URL: endpoint,
        AWS_PROFILE: profile,
        AWS_CONFIG_FILE: profiles,
        AWS_EC2_METADATA_DISABLED: 'true',
      })
      expect(code).toBe(1)
      expect(output).toContain(`streamgate: ${reason}`)
    })

    it('release says that there is no bucket', async () => {
      aws.hasBuckets = false
      const { code, output } = await run('release')
      expect(code).toBe(1)
      expect(output).toContain(
        'there is no bucket streamgate-artefacts-111122223333-eu-central-1 for releases',
      )
    })

    it.each([
      'release',
      'build-release-deploy --env dev --auto-approve',
      'provision --env dev --auto-approve',
    ])('%s names the files of a dirty tree', async (line) => {
      checkout.edit('README.md', /$/, '\nmore\n')
      checkout.write('left-over.txt', 'x')
      const { code, output } = await run(line)
      checkout.restore()
      expect(code).toBe(1)
      expect(output).toContain('the tree is dirty')
      expect(output).toContain('commit or remove README.md, left-over.txt')
      expect(aws.objects.size).toBe(0)
    })

    it('a release is the zip by its commit, with its map and manifest, and is written once', async () => {
      expect((await run('release')).output).toContain(`Released ${commit}`)
      const files = ['index.mjs.map', 'manifest.json', 'bundle.zip']
      expect([...aws.objects.keys()]).toEqual(files.map((file) => `${ARTEFACTS}/${commit}/${file}`))
      const zip = aws.objects.get(`${ARTEFACTS}/${commit}/bundle.zip`)
      expect(zip?.body.equals(checkout.read('dist/bundle.zip'))).toBe(true)
      expect(await run('release')).toMatchObject({ code: 0 })
      expect(aws.objects.size).toBe(files.length)
    })

    it('another zip for a released commit is refused', async () => {
      const other = { body: Buffer.from('other'), sha256: 'b3RoZXI=' }
      aws.objects.set(`${ARTEFACTS}/${commit}/bundle.zip`, other)
      const { code, output } = await run('release')
      expect(code).toBe(1)
      expect(output).toContain(`commit ${commit} is released already with another bundle (SHA-256 b3RoZXI=`)
      expect([...aws.objects.values()]).toEqual([other])
    })

    it('another zip that comes in between is refused too, and stays', async () => {
      const path = `${ARTEFACTS}/${commit}/bundle.zip`
      aws.intruder = { path, stored: { body: Buffer.from('other'), sha256: 'b3RoZXI=' } }
      const { code, output } = await run('release')
      expect(code).toBe(1)
      expect(output).toContain(`commit ${commit} is released already with another bundle`)
      expect(aws.objects.get(path)?.body.toString()).toBe('other')
    })

    it('deploy names a commit that was never released, before Terraform starts', async () => {
      aws.objects.set(`${ARTEFACTS}/${'a'.repeat(40)}/bundle.zip`, { body: Buffer.from(''), sha256: '' })
      const unknown = await run(`deploy --env dev --commit ${'f'.repeat(40)} --auto-approve`)
      expect(unknown.code).toBe(1)
      expect(unknown.output).toContain(`commit ${'f'.repeat(40)} was never released in eu-central-1`)
      expect(unknown.output).toContain(`released are, for instance, ${'a'.repeat(40)}`)
      const short = await run('deploy --env dev --commit abcdef1 --auto-approve')
      expect(short.output).toContain('commit "abcdef1" is not known in this clone')
      expect(existsSync(join(checkout.root, 'infra/.terraform'))).toBe(false)
    })

    it('release is dropped by Ctrl-C', async () => {
      aws.isHanging = true
      const signalling: Signalling = { signalAt: 'Account 111122223333', signals: ['SIGINT'] }
      expect(await checkout.script('release', aws.environment, signalling)).toMatchObject({
        code: 130,
        output: expect.stringContaining('streamgate: stopped') as string,
      })
    })

    it('deploy says that Terraform is missing', async () => {
      aws.objects.set(`${ARTEFACTS}/${commit}/bundle.zip`, { body: Buffer.from(''), sha256: 'x' })
      const path = checkout.pathWithout('terraform')
      const { code, output } = await run('deploy --env dev --auto-approve', {
        ...aws.environment,
        PATH: path,
      })
      expect(code).toBe(1)
      expect(output).toContain('streamgate: terraform is not installed')
    })

    it('release refuses a bundle of another commit, and the next one does not', async () => {
      checkout.edit('service/package.json', '"version": "0.2.0"', '"version": "0.2.1"')
      const next = checkout.commit('a new version')
      const { code, output } = await run('release')
      expect(code).toBe(1)
      expect(output).toContain(`dist/bundle.zip is not what commit ${next} builds: run npm run build`)
      expect(aws.objects.size).toBe(0)
    })
  })
})
