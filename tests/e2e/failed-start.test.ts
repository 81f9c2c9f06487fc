import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { fileHolding, linesOf, newFolder, refusal, run, RUN_LIMIT_MS } from './command.ts'

vi.setConfig({ testTimeout: 2 * RUN_LIMIT_MS })

describe.concurrent('a policy file', () => {
  it('is refused if it is not JSON', async () => {
    const path = fileHolding('{ "plans": ')
    expect(await refusal(['serve', '--policy', path])).toMatch(/^streamgate: --policy .*policy\.json.*JSON/)
  })

  it('is refused with every fault that it has', async () => {
    const path = fileHolding(
      JSON.stringify({ leaseSeconds: 0, plan: {}, plans: { big: { limits: [{ max: 1001 }] } } }),
    )
    const { code, stderr } = await run(['serve', '--policy', path])
    expect(code).toBe(2)
    const [first, ...faults] = linesOf(stderr)
    expect(first).toBe('streamgate: --policy names a policy with faults:')
    expect(faults.toSorted()).toEqual([
      expect.stringMatching(/^ +.*policy\.json:1:19: \/plan is not known/),
      expect.stringMatching(/^ +.*policy\.json:1:2: \/leaseSeconds .*1 to 604800, got 0$/),
      expect.stringMatching(/^ +.*policy\.json:1:\d+: \/plans\/big\/limits\/0\/max .*1 to 1000, got 1001$/),
    ])
  })
})

/** Makes the Node that runs the command look like an older one. */
const OLD_NODE = `--import=data:text/javascript,${encodeURIComponent(`
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.11.0' } })
`)}`

describe.concurrent('a service that cannot run', () => {
  it('because its Node is too old says which one it needs', async () => {
    expect(await refusal(['serve'], { NODE_OPTIONS: OLD_NODE })).toBe(
      'streamgate: needs Node 22.12 or newer, and this is Node 22.11.0',
    )
  })

  it.each([1, 2])('because its host has no address says so, as %i process(es)', async (workers) => {
    const flags = ['--host', 'nosuch.invalid', '--auth', 'none', '--store', `lmdb:${newFolder()}`]
    const line = await refusal(['serve', ...flags, '--workers', String(workers)], {}, 1)
    expect(line).toMatch(/^streamgate: .*nosuch\.invalid.*--host/)
  })

  it.each([1, 2])('because no AWS Region is set says so, as %i process(es)', async (workers) => {
    const flags = ['--port', '0', '--store', 'dynamodb:UserStreams', '--workers', String(workers)]
    const environment = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
    expect(await refusal(['serve', ...flags], environment, 1)).toMatch(
      /^streamgate: --store dynamodb:UserStreams cannot be opened: .*AWS_REGION/,
    )
  })

  it.each([1, 2])('because its port is taken says so, as %i process(es)', async (workers) => {
    await using taken = createServer()
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve)
    })
    const { port } = taken.address() as AddressInfo
    const flags = ['--port', String(port), '--store', `lmdb:${newFolder()}`, '--workers', String(workers)]
    const line = await refusal(['serve', ...flags], {}, 1)
    expect(line).toMatch(new RegExp(`^streamgate: .*${port}.*--port`))
  })

  it.each([1, 2])(
    'because a file lies where its folder should says so, as %i process(es)',
    async (workers) => {
      const path = fileHolding('')
      const flags = ['--port', '0', '--store', `lmdb:${path}`, '--workers', String(workers)]
      const line = await refusal(['serve', ...flags], {}, 1)
      expect(line).toMatch(/^streamgate: .*--store/)
      expect(line).toContain(path)
    },
  )

  it('because its folder holds something else says so', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'data.mdb'), 'not a database, '.repeat(4096))
    const line = await refusal(['serve', '--port', '0', '--store', `lmdb:${folder}`], {}, 1)
    expect(line).toMatch(/^streamgate: .*--store/)
    expect(line).toContain(folder)
  })
})
