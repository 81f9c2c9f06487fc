import { describe, expect, it } from 'vitest'
import { Client, idsIn } from './client.ts'
import { startService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

describe('--samples', () => {
  it('gives user1 one stream and user2 three, and changes nothing for users who hold something', async () => {
    const folder = temporaryFolder()
    const first = await startService({ folder, flags: ['--samples'] })
    const client = new Client(first.url)
    expect(await client.list('user1')).toEqual(['abc'])
    expect(await client.list('user2')).toEqual(['abc', 'def', 'hij'])
    const refused = await client.start('user2', 'jkl')
    expect(refused.status).toBe(409)
    expect(idsIn(refused)).toEqual(['abc', 'def', 'hij'])
    expect((await client.start('user1', 'jkl')).status).toBe(201)
    for (const stream of ['abc', 'def']) await client.stop('user2', stream)
    await first.killAll()

    const second = await startService({ folder, flags: ['--samples', 'on'] })
    const later = new Client(second.url)
    expect(await later.list('user1')).toEqual(['abc', 'jkl'])
    expect(await later.list('user2')).toEqual(['hij'])
    await later.stop('user2', 'hij')
    await second.killAll()

    const third = await startService({ folder, flags: ['--samples'], workers: 2 })
    expect(await new Client(third.url).list('user2')).toEqual(['abc', 'def', 'hij'])
  })

  it('adds no streams by default', async () => {
    const { url } = await startService({ folder: temporaryFolder(), flags: ['--samples', 'off'] })
    expect(await new Client(url).list('user2')).toEqual([])
  })
})
