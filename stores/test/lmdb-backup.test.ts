import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { describe, expect, it } from 'vitest'
import { LMDB } from '../src/lmdb/engine.ts'
import type { CopyProgress } from '../src/store-backups.ts'
import { temporaryFolder } from './temporary-folder.ts'

describe('a backup of LMDB', () => {
  it('shows no name before its end, and then the whole length', async () => {
    const { folder, target } = await storeAndTarget()
    const shown: (CopyProgress & { readonly isNamed: boolean })[] = []
    const report = await backUp(folder, target, (progress) => {
      shown.push({ ...progress, isNamed: existsSync(target) })
    })
    const whole = statSync(join(folder, 'data.mdb')).size
    expect(shown.at(-1)).toEqual({ bytes: whole, bytesInAll: whole, isNamed: false })
    expect(shown.some(({ isNamed }) => isNamed)).toBe(false)
    expect(report).toMatchObject({ to: target, bytes: whole, users: 0 })
  })

  it('replaces no file that came meanwhile, and leaves nothing of its own', async () => {
    const { folder, target } = await storeAndTarget()
    const backup = backUp(folder, target, () => writeFileSync(target, 'mine'))
    await expect(backup).rejects.toThrow(`${target} is there already`)
    expect(readFileSync(target, 'utf8')).toBe('mine')
    expect(readdirSync(join(target, '..'))).toEqual(['backup.mdb'])
  })
})

async function storeAndTarget() {
  const folder = temporaryFolder()
  await new LmdbStore({ path: folder }).close()
  return { folder, target: join(temporaryFolder(), 'backup.mdb') }
}

function backUp(folder: string, to: string, onProgress: (progress: CopyProgress) => void) {
  const { backups } = LMDB.parse(folder)
  if (backups === undefined) throw new Error('LMDB has backups')
  return backups.backUp({ to, atMs: 0, signal: new AbortController().signal, onProgress })
}
