import { RedisStore, type RedisStoreOptions } from '@streamgate/stores/redis'
import { beforeAll } from 'vitest'
import { parseRedisAddress, type RedisScheme } from '../../src/redis/address.ts'
import { atEndOfTests } from '../temporary-folder.ts'
import { RedisServer, type RedisServerOptions } from './redis-server.ts'

/** A store at an address, as the service opens it, but without warnings. */
export function redisStoreAt(url: string, options: Omit<RedisStoreOptions, 'place'> = {}): RedisStore {
  const colon = url.indexOf(':')
  const place = parseRedisAddress(url.slice(0, colon) as RedisScheme, url.slice(colon + 1))
  return new RedisStore({ place, warn: () => {}, ...options })
}

/** More than the tests of a file need. */
const DATABASES = 2000

/** A server for all tests of the file. Every address that it gives has a database of its own. */
export function useRedis(options: RedisServerOptions = {}) {
  const atEnd = atEndOfTests()
  let server: RedisServer | undefined
  let databases = 0
  beforeAll(async () => {
    const settings = ['--databases', String(DATABASES), ...(options.settings ?? [])]
    server = await RedisServer.start(atEnd, { ...options, settings })
  })
  const started = (): RedisServer => {
    if (server === undefined) throw new Error('The server of Redis has not started')
    return server
  }
  return {
    get server() {
      return started()
    },
    /** An address that nothing else uses. */
    newUrl: (): string => {
      databases += 1
      return `${started().url}/${databases}`
    },
  }
}
