/** Which store `streamgate backup` takes. */
import { LmdbStore } from '@streamgate/stores/lmdb'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { run } from './command.ts'

describe('streamgate backup', { timeout: 60_000 }, () => {
  it('goes on while another setting is faulty, and not if one may be the store', async () => {
    const store = `lmdb:${await emptyStore()}`
    const faulty = { STREAMGATE_STORE: store, STREAMGATE_POLICY: '{', STREAMGATE_PORT: 'no' }
    expect(await run(['backup', '--to', temporaryFolder()], faulty)).toMatchObject({ code: 0, stderr: '' })
    expect(await run(['backup', '--to', temporaryFolder()], { STREAMGATE_STOER: store })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('STREAMGATE_STORE'),
    })
    expect(await run(['backup', '--to', temporaryFolder()], { STREAMGATE_STORE: 'lmdb:' })).toMatchObject({
      code: 2,
      stderr: 'streamgate: STREAMGATE_STORE must be lmdb:<folder>, got "lmdb:"\n',
    })
  })

  it.each([
    ['redis://u:secret@127.0.0.1:1/0', /^streamgate: --store redis:.*only lmdb:<folder> has: .*appendonly/],
    ['dynamodb:Users', /^streamgate: --store dynamodb:Users .*point-in-time recovery/],
    ['memory:', /^streamgate: --store memory: .*gone with its process/],
    ['lmdb:/nowhere', /^streamgate: --store lmdb:\/nowhere is not there/],
  ])('of %s says what to use instead', async (store, reason) => {
    const { code, stderr } = await run(['backup', '--store', store, '--to', temporaryFolder()])
    expect(code).toBe(2)
    expect(stderr).toMatch(reason)
    expect(stderr).not.toContain('secret')
  })
})

async function emptyStore(): Promise<string> {
  const folder = temporaryFolder()
  await new LmdbStore({ path: folder }).close()
  return folder
}
