/** The unit by systemd's own checks, and against what the service says of itself. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { publishedManifest, readManifest } from '../../tools/pack.ts'
import { faultsOf, FINISH_SECONDS } from './facts.ts'
import { read, ROOT } from './ops-packages.ts'

const PATH = 'ops/systemd/streamgate.service'
const UNIT = read(PATH)

/** Of ten. An unrestricted service has 9.6. */
const EXPOSURE_MAX = 1.5

/** Units of systemd that every service refers to. */
const TARGETS = ['sysinit', 'basic', 'shutdown', 'multi-user', 'network-online', 'system.slice']

if (isMissing()) {
  it('needs systemd-analyze', () => {
    process.stdout.write('systemd-analyze is not on this machine, so the unit was not checked.\n')
    if (process.platform === 'linux') expect(ENVIRONMENT['CI']).not.toBe('true')
  })
} else {
  it('is a valid unit', () => {
    expect(verify(UNIT)).toEqual({ status: 0, output: '' })
  })

  it('would not be one with a setting that systemd does not know', () => {
    const { output } = verify(UNIT.replace('ProtectClock=', 'ProtectClok='))
    expect(output).toContain("Unknown key 'ProtectClok'")
  })

  it('exposes little of the host', () => {
    const { status, stdout } = exposureOf(UNIT)
    expect(status, stdout).toBe(0)
  })

  it('would expose too much without a limit on system calls', () => {
    const { status } = exposureOf(UNIT.replaceAll(/^SystemCall.*\n/gm, ''))
    expect(status).toBe(1)
  })
}

it('starts the file that npm installs', () => {
  const { bin } = publishedManifest(readManifest(join(ROOT, 'service'))) as { bin: { streamgate: string } }
  const installed = join('/opt/streamgate/node_modules/streamgate', bin.streamgate)
  expect(valuesOf('ExecStart')).toEqual([`/usr/bin/node ${installed} serve`])
})

it('has settings that the service takes, and keeps the store where it may write', () => {
  const variables = Object.fromEntries(
    valuesOf('Environment').flatMap((line) => line.split(' ').map((pair) => pair.split('='))),
  ) as Record<string, string>
  const { NODE_ENV: _, ...settings } = variables
  expect(faultsOf(settings)).toEqual([])
  expect(settings['STREAMGATE_STORE']).toBe(`lmdb:/var/lib/${valuesOf('StateDirectory')[0]}`)
  const drain = Number(settings['STREAMGATE_DRAIN_SECONDS'])
  expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThanOrEqual(drain + FINISH_SECONDS)
})

function valuesOf(name: string): readonly string[] {
  return [...UNIT.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)
}

function isMissing(): boolean {
  return spawnSync('systemd-analyze', ['--version']).error !== undefined
}

/** Checks a unit on a host that has what the unit names, and no more. */
function verify(unit: string): { status: number | null; output: string } {
  const root = temporaryFolder()
  const place = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const name of TARGETS) {
    const file = name.includes('.') ? name : `${name}.target`
    place(`usr/lib/systemd/system/${file}`, '[Unit]\nDefaultDependencies=no\n')
  }
  for (const program of ['usr/bin/node', 'bin/kill']) {
    place(program, '')
    chmodSync(join(root, program), 0o755)
  }
  place('etc/systemd/system/streamgate.service', unit)
  const args = ['verify', `--root=${root}`, 'streamgate.service']
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

function exposureOf(unit: string): { status: number | null; stdout: string } {
  const path = join(temporaryFolder(), 'streamgate.service')
  writeFileSync(path, unit)
  const threshold = `--threshold=${EXPOSURE_MAX * 10}`
  const args = ['security', '--offline=true', '--no-pager', threshold, path]
  return spawnSync('systemd-analyze', args, { encoding: 'utf8' })
}
