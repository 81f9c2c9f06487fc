import type { ScannedUser, ScanPage, ScanRequest, UserId } from '@streamgate/core'
import { isInSegment } from '../segment.ts'
import type { RedisKeys } from './keys.ts'
import type { NamedNode, RedisLink } from './redis-link.ts'
import { rosterIn } from './user-record.ts'

/**
 * Where a walk is: on which server, at which cursor of SCAN, and which users it has found there but
 * not met. SCAN may find more users than it was asked for. To ask again would not do, because the
 * server may have rearranged its keys meanwhile.
 */
type Place = readonly [node: string, cursor: string, found: readonly UserId[]]

/** SCAN's cursor at the beginning, and at the end. */
const EDGE = '0'
/** What of a page SCAN is asked for, so that it seldom finds more than the page takes. */
const ASKED_SHARE = 0.7

/** One page of a walk over all users, from server to server in the order of their names. */
export async function scanPage(link: RedisLink, keys: RedisKeys, request: ScanRequest): Promise<ScanPage> {
  const { cursor, pageSize, segment } = request
  const [node, at, found] = cursor === undefined ? (['', EDGE, []] as Place) : (JSON.parse(cursor) as Place)
  const page =
    found.length > 0
      ? await usersFound(link, keys, { found: found.slice(0, pageSize) })
      : await usersAt(link, keys, { node, cursor: at, count: Math.ceil(pageSize * ASKED_SHARE) })
  if (page === undefined) return { users: [] }
  const users = page.users.slice(0, pageSize).filter(({ user }) => isInSegment(user, segment))
  const left = [...found.slice(pageSize), ...page.users.slice(pageSize).map(({ user }) => user)]
  const next = placeAfter(page.node ?? node, { cursor: page.cursor ?? at, left, nodes: link.nodes() })
  return next === undefined ? { users } : { users, cursor: JSON.stringify(next) }
}

/** Users, and where SCAN is after them. */
type Page = {
  readonly users: readonly ScannedUser[]
  readonly node?: string
  readonly cursor?: string
}

/** Users whose keys were found already. */
async function usersFound(
  link: RedisLink,
  keys: RedisKeys,
  { found }: { readonly found: readonly UserId[] },
): Promise<Page> {
  const records = await Promise.all(found.map((user) => link.call((redis) => redis.get(keys.user(user)))))
  const users = found.flatMap((user, index) => {
    const record = records[index] ?? ''
    return record === '' ? [] : [{ user, roster: rosterIn(record) }]
  })
  return { users }
}

/** The users at the next cursor, on this server or the next one. `undefined` if there is none. */
async function usersAt(
  link: RedisLink,
  keys: RedisKeys,
  { node: name, cursor, count }: { readonly node: string; readonly cursor: string; readonly count: number },
): Promise<Page | undefined> {
  return link.call(async () => {
    const node = link.nodes().find((one) => one.name >= name)
    if (node === undefined) return undefined
    const isSame = node.name === name
    const answer = await scan(node, keys, { cursor: isSame ? cursor : EDGE, count })
    const [next = EDGE, ...pairs] = answer
    const users = new Map<string, ScannedUser>()
    for (let place = 0; place < pairs.length; place += 2) {
      const [key = '', record = ''] = pairs.slice(place, place + 2)
      // Redis may have dropped it meanwhile.
      if (record !== '') users.set(key, { user: keys.userIn(key), roster: rosterIn(record) })
    }
    return { users: [...users.values()], node: node.name, cursor: next }
  })
}

async function scan(
  { commands }: NamedNode,
  keys: RedisKeys,
  { cursor, count }: { readonly cursor: string; readonly count: number },
): Promise<readonly string[]> {
  return (await commands.scanUsers(cursor, keys.usersPattern, count)) as readonly string[]
}

/** Where the walk goes on. `undefined` after the last user of the last server. */
function placeAfter(
  node: string,
  { cursor, left, nodes }: { cursor: string; left: readonly UserId[]; nodes: readonly NamedNode[] },
): Place | undefined {
  if (left.length > 0 || cursor !== EDGE) return [node, cursor, left]
  const next = nodes.find(({ name }) => name > node)
  return next && [next.name, EDGE, []]
}
