/**
 * `.ci/packages` on machines of several kinds. Each machine is a folder of programs on its path.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const SCRIPT = fileURLToPath(new URL('../../.ci/packages', import.meta.url))

const NEEDED = ['git', 'ps', 'chromium', 'redis-server', 'promtool', 'systemd-analyze', 'nginx']

it('asks nothing of a machine that has everything', () => {
  const machine = new Machine({ programs: NEEDED, user: 0, hasApt: true })
  expect(machine.run()).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(machine.calls).toEqual([])
})

it('installs what is missing as root, after one update', () => {
  const machine = new Machine({
    programs: ['git', 'redis-server', 'promtool', 'systemd-analyze', 'nginx'],
    user: 0,
    hasApt: true,
  })
  expect(machine.run()).toEqual({ status: 0, stdout: 'Installing procps chromium\n', stderr: '' })
  expect(machine.calls).toEqual(['update -qq', 'install -y -qq --no-install-recommends procps chromium'])
})

it('installs njs with nginx, because it is no program', () => {
  const machine = new Machine({ programs: NEEDED.filter((name) => name !== 'nginx'), user: 0, hasApt: true })
  expect(machine.run().stdout).toBe('Installing nginx libnginx-mod-http-js\n')
})

it.each([
  ['without root', { user: 1000, hasApt: true }],
  ['without apt-get', { user: 0, hasApt: false }],
])('%s it says in one line what is missing, and fails', (_, kind) => {
  const machine = new Machine({ programs: NEEDED.filter((name) => name !== 'chromium'), ...kind })
  const { status, stdout, stderr } = machine.run()
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/^The tests need packages that are missing here: chromium\. .*\n$/)
  expect(machine.calls).toEqual([])
})

it('says on macOS that it installs nothing there, and what is missing', () => {
  const machine = new Machine({
    programs: ['git', 'ps', 'redis-server', 'promtool'],
    user: 501,
    hasApt: false,
    system: 'darwin24',
  })
  const { status, stdout, stderr } = machine.run()
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/^On macOS this script installs nothing\. .* Not in the path: chromium\. .*\n$/)
})

type Kind = {
  readonly programs: readonly string[]
  readonly user: number
  readonly hasApt: boolean
  /** What Bash calls the operating system. */
  readonly system?: string
}

class Machine {
  readonly #folder = temporaryFolder()
  readonly #system: string

  constructor({ programs, user, hasApt, system = 'linux-gnu' }: Kind) {
    this.#system = system
    for (const name of programs) this.#place(name, 'exit 0')
    this.#place('id', `echo ${user}`)
    if (hasApt) this.#place('apt-get', `echo "$@" >> "${join(this.#folder, 'calls')}"`)
    symlinkSync('/bin/bash', join(this.#folder, 'bash'))
  }

  /** What apt-get was told, in order. */
  get calls(): readonly string[] {
    try {
      return readFileSync(join(this.#folder, 'calls'), 'utf8').trim().split('\n')
    } catch {
      return []
    }
  }

  run(): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync('/bin/bash', [SCRIPT], {
      env: { PATH: this.#folder, OSTYPE: this.#system },
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }

  #place(name: string, body: string): void {
    const path = join(this.#folder, name)
    writeFileSync(path, `#!/bin/bash\n${body}\n`)
    chmodSync(path, 0o755)
  }
}
