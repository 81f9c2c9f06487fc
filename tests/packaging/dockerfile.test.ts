/** The Dockerfile and `.dockerignore` as texts, and as what other files rely on. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { SETTINGS } from '../../service/src/settings/settings.ts'
import { execForm, finalStage, readStages, textOf, variablesOf } from './dockerfile.ts'
import { faultsOf } from './facts.ts'
import { inContext, read, ROOT } from './ops-packages.ts'
import { describeWithOps } from './with-ops.ts'

describeWithOps('the Dockerfile', () => {
  it('satisfies its linter', () => {
    expect(lint(read('Dockerfile'))).toEqual({ status: 0, output: '' })
  })

  it('would not satisfy it with an instruction that does not exist', () => {
    const { status, output } = lint(read('Dockerfile').replace('\nUSER ', '\nUSR '))
    expect(output).toContain('Unknown instruction: USR')
    expect(status).toBe(1)
  })

  it('builds and runs on the Node of this repository, to the last digit', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } }
    const bases = readStages().map(({ base }) => base)
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]))
  })

  it('starts without a shell, and only copies in its last stage', () => {
    const stage = finalStage()
    for (const name of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) {
      expect(execForm(textOf(stage, name)).length).toBeGreaterThan(0)
    }
    expect(stage.instructions.filter(({ name }) => ['RUN', 'ADD', 'SHELL'].includes(name))).toEqual([])
  })

  it('names a user by numbers, and not root', () => {
    expect(textOf(finalStage(), 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  })

  it('keeps the store in its volume, and says nothing of authentication', () => {
    const variables = variablesOf(finalStage())
    expect(variables['STREAMGATE_STORE']).toBe(`lmdb:${textOf(finalStage(), 'VOLUME')}`)
    expect(variables).not.toHaveProperty('STREAMGATE_AUTH')
    const own = Object.entries(variables).filter(([name]) => name.startsWith('STREAMGATE_'))
    expect(faultsOf({ ...Object.fromEntries(own), STREAMGATE_AUTH: 'none' })).toEqual([])
  })

  it('exposes the port on which the service listens', () => {
    expect(textOf(finalStage(), 'EXPOSE')).toBe(SETTINGS.port.fallback)
  })
})

describeWithOps('.dockerignore', () => {
  it('lets in what is packed', () => {
    const needed = ['package-lock.json', 'core/src/index.ts', 'service/policy.schema.json', 'tools/pack.ts']
    expect(inContext(needed)).toEqual(needed)
  })

  it.each([
    '.git/config',
    '.env',
    'data/data.mdb',
    'service/data/data.mdb',
    'node_modules/pino/package.json',
    'stores/node_modules/lmdb/package.json',
    'core/dist/index.mjs',
    'service/test/settings.test.ts',
    'infra/terraform.tfstate',
  ])('leaves out %s', (path) => {
    expect(inContext([path])).toEqual([])
  })
})

function lint(text: string): { status: number | null; output: string } {
  const path = join(temporaryFolder(), 'Dockerfile')
  writeFileSync(path, text)
  const linter = join(ROOT, 'ops/node_modules/dockerfile-utils/bin/dockerfile-utils')
  const { status, stdout, stderr } = spawnSync(process.execPath, [linter, 'lint', path], { encoding: 'utf8' })
  return { status, output: (stdout + stderr).trim() }
}
