/** What is installed, by us and by those who run a service. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ENVIRONMENT } from '../tools/environment.ts'
import { productionPackages } from '../tools/production-packages.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LOCKS = [
  '.',
  'ops',
  'tests/browser/players',
  'tests/openapi/tools',
  'tests/playback/tools',
  'tests/aws/runtime',
]

type Locked = {
  readonly version?: string
  readonly link?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

describe.each(LOCKS)('the lock file in %s', (folder) => {
  const { packages } = JSON.parse(readFileSync(`${ROOT}/${folder}/package-lock.json`, 'utf8')) as {
    packages: Readonly<Record<string, Locked>>
  }
  const fetched = Object.entries(packages).filter(
    ([place, { link = false }]) => place.includes('node_modules/') && !link,
  )

  it('has a digest of every package, and names no registry', () => {
    expect(fetched.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))).toEqual([])
    expect(fetched.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it('has the binaries for every platform', () => {
    const missing = fetched.flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          packages[`node_modules/${name}`] === undefined &&
          packages[`${place}/node_modules/${name}`] === undefined,
      ),
    )
    expect(missing).toEqual([])
  })
})

describe('the packages that a service runs with', () => {
  const names = [...productionPackages().values()].map(({ name }) => name)

  it('are those of its dependencies, and none of a tool', () => {
    expect(names).toEqual(expect.arrayContaining(['lmdb', 'ioredis', 'pino', '@smithy/core', 'msgpackr']))
    for (const tool of ['vitest', 'esbuild', 'express', 'dynalite', 'node']) expect(names).not.toContain(tool)
  })

  it('each have a reason in SECURITY.md if we chose them', () => {
    const chosen = ['core', 'stores', 'service'].flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(`${ROOT}/${folder}/package.json`, 'utf8')) as {
        dependencies?: Readonly<Record<string, string>>
      }
      return Object.keys(manifest.dependencies ?? {})
    })
    const reasons = readFileSync(`${ROOT}/SECURITY.md`, 'utf8').split('\n')
    const explained = reasons.flatMap((line) => /^\| `(.*)` \| .+ \|$/.exec(line)?.[1]?.split('`, `') ?? [])
    const ours = /^@streamgate\//
    expect(explained.toSorted()).toEqual([...new Set(chosen)].filter((name) => !ours.test(name)).toSorted())
  })

  it('are a bill of materials with the digest and the licence of each', () => {
    const bill = JSON.parse(billWritten()) as {
      components: readonly { name: string; purl: string; hashes?: readonly { content: string }[] }[]
      dependencies: readonly { ref: string; dependsOn: readonly string[] }[]
    }
    expect(bill.components.map(({ name }) => name).toSorted()).toEqual(names.slice(1).toSorted())
    for (const { name, hashes } of bill.components) {
      if (!name.startsWith('@streamgate/')) expect(hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/)
    }
    const refs = new Set(bill.dependencies.map(({ ref }) => ref))
    for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref)
    expect(bill.components).toContainEqual(
      expect.objectContaining({ name: 'pino', licenses: [{ expression: 'MIT' }], type: 'library' }),
    )
    expect(JSON.parse(billWritten())).toEqual(bill)
  })
})

describe('npm run audit', () => {
  const advisory = {
    id: 1,
    url: 'https://example.org/1',
    title: 'Bad',
    severity: 'high',
    vulnerable_versions: '*',
  }

  it('fails on a vulnerability in a package that a service runs with', async () => {
    const { status, stdout } = await audited({ lmdb: [advisory], express: [advisory] })
    expect(status).toBe(1)
    expect(stdout).toMatch(/^a service runs with lmdb: high: Bad \(\*\) https:\/\/example\.org\/1$/m)
    expect(stdout).toMatch(/^only developers install express: high: Bad/m)
    expect(stdout).toMatch(/^\d+ packages in a service, 1 of them with known vulnerabilities$/m)
  }, 60_000)

  it('passes, and says so, if only tools have one', async () => {
    const { status, stdout } = await audited({ express: [advisory] })
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+ packages in a service, 0 of them/m)])
  }, 60_000)

  it('does not pass if the registry answers no audits', async () => {
    const { status, stderr } = await audited(undefined)
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^No audit: the registry does not answer it \(.+\)\.\n$/),
    ])
  }, 60_000)
})

function billWritten(): string {
  return execFileSync('node', ['tools/sbom.ts'], { cwd: ROOT, encoding: 'utf8' })
}

/** Runs it against a registry that knows these advisories, or answers no audits. */
async function audited(
  advisories: object | undefined,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const registry = createServer((request, response) => {
    const isAudit = request.method === 'POST' && advisories !== undefined
    response.writeHead(isAudit ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isAudit ? advisories : { error: 'not found' }))
  })
  registry.listen(0, '127.0.0.1')
  onTestFinished(() => void registry.close())
  await once(registry, 'listening')
  const { port } = registry.address() as AddressInfo
  const child = spawn('npm', ['run', '-s', 'audit'], {
    cwd: ROOT,
    env: { ...ENVIRONMENT, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_fetch_retries: '0' },
  })
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { status, stdout, stderr }
}
