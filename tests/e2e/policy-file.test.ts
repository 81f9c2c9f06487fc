/**
 * A policy file that is replaced, linked, removed or touched, as operators, editors and containers
 * do.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import {
  policyText,
  REFUSED,
  reloadsOf,
  serveWithPolicy,
  serveWithPolicyFile,
  untilLimitIs,
} from './policy-setting.ts'

/** Longer than a change takes to be noticed. */
const NOTICED_MS = 1000

describe('a policy file', () => {
  it('may be replaced by renaming another onto it', async () => {
    const { client, path } = await serveWithPolicy(1, 1)
    for (const limit of [2, 3]) {
      writeFileSync(`${path}.new`, policyText({ standard: limit }))
      renameSync(`${path}.new`, path)
      await untilLimitIs(client, limit)
    }
  })

  it('may be behind links that switch to another folder, as in a container’s mounted configuration', async () => {
    const folder = temporaryFolder()
    const version = (name: string, limit: number) => {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'policy.json'), policyText({ standard: limit }))
    }
    version('..1', 1)
    symlinkSync('..1', join(folder, '..data'))
    const path = join(folder, 'policy.json')
    symlinkSync(join('..data', 'policy.json'), path)
    const { client } = await serveWithPolicyFile(1, path)
    await untilLimitIs(client, 1)
    version('..2', 2)
    symlinkSync('..2', join(folder, '..data.new'))
    renameSync(join(folder, '..data.new'), join(folder, '..data'))
    rmSync(join(folder, '..1'), { recursive: true })
    await untilLimitIs(client, 2)
  })

  it('that disappears is reported once, and the policy stays', async () => {
    const { service, client, path } = await serveWithPolicy(1, 2)
    unlinkSync(path)
    await service.untilLogged(REFUSED)
    await pause(NOTICED_MS)
    expect(service.logged(REFUSED)).toEqual([
      expect.objectContaining({ faults: [{ detail: expect.stringContaining('ENOENT') }] }),
    ])
    await untilLimitIs(client, 2)
    writeFileSync(path, policyText({ standard: 1 }))
    await untilLimitIs(client, 1)
  })

  it('of more than a megabyte, or that is not a regular file, is refused and does not block later ones', async () => {
    const { service, client, path } = await serveWithPolicy(1, 2)
    const refusedFor = async (reason: string, count: number) => {
      await service.untilLogged(REFUSED, count)
      expect(service.logged(REFUSED).at(-1)).toMatchObject({ faults: [{ detail: reason }] })
    }
    writeFileSync(path, policyText({ standard: 9 }).padEnd(1_000_001))
    await refusedFor('it has more than 1000000 bytes', 1)
    unlinkSync(path)
    execFileSync('mkfifo', [path])
    await refusedFor('it is not a regular file', 2)
    service.signal('SIGHUP')
    await refusedFor('it is not a regular file', 3)
    unlinkSync(path)
    mkdirSync(path)
    await refusedFor('it is not a regular file', 4)
    rmSync(path, { recursive: true })
    writeFileSync(path, policyText({ standard: 1 }).padEnd(1_000_000))
    await untilLimitIs(client, 1)
    expect(await reloadsOf(client)).toMatchObject({ accepted: 1, isRefused: 0 })
  })

  it('that is only touched changes nothing', async () => {
    const { service, path } = await serveWithPolicy(1, 2)
    utimesSync(path, new Date(0), new Date(0))
    await pause(NOTICED_MS)
    expect(service.log.filter(({ msg }) => msg.includes('policy'))).toEqual([])
  })
})
