import type { ScannedUser, ScanPage, ScanRequest } from '@streamgate/core'
import { isInSegment } from '../segment.ts'
import type { RedisKeys } from './keys.ts'
import type { NamedNode, RedisLink } from './redis-link.ts'
import { rosterIn } from './user-record.ts'

/**
 * Where a walk is: on which server, at which cursor of SCAN, and how many of the keys there it has
 * met. SCAN may find more keys than it was asked for, so a page can end among them.
 */
type Place = { readonly node: string; readonly cursor: string; readonly met: number }

/** SCAN's cursor at the beginning, and at the end. */
const EDGE = '0'

/** One page of a walk over all users, from server to server in the order of their names. */
export async function scanPage(link: RedisLink, keys: RedisKeys, request: ScanRequest): Promise<ScanPage> {
  const { cursor, pageSize, segment } = request
  return link.call(async () => {
    const nodes = link.nodes()
    const place = cursor === undefined ? { node: '', cursor: EDGE, met: 0 } : placeIn(cursor)
    const node = nodes.find(({ name }) => name >= place.node)
    if (node === undefined) return { users: [] }
    const isSame = node.name === place.node
    const from = isSame || cursor === undefined ? place : { node: node.name, cursor: EDGE, met: 0 }
    const found = await usersAt(node, keys, { cursor: from.cursor, count: pageSize })
    const users = found.users
      .slice(from.met, from.met + pageSize)
      .filter(({ user }) => isInSegment(user, segment))
    const next = placeAfter({ ...from, node: node.name }, { found, pageSize, nodes })
    return next === undefined ? { users } : { users, cursor: `${next.cursor} ${next.met} ${next.node}` }
  })
}

type Found = { readonly users: readonly ScannedUser[]; readonly cursor: string }

async function usersAt(
  { commands }: NamedNode,
  keys: RedisKeys,
  { cursor, count }: { cursor: string; count: number },
): Promise<Found> {
  const answer = (await commands.scanUsers(cursor, keys.usersPattern, count)) as readonly string[]
  const [next = EDGE, ...pairs] = answer
  const users = new Map<string, ScannedUser>()
  for (let place = 0; place < pairs.length; place += 2) {
    const [key = '', record = ''] = pairs.slice(place, place + 2)
    // Redis may have dropped it meanwhile.
    if (record !== '') users.set(key, { user: keys.userIn(key), roster: rosterIn(record) })
  }
  return { users: [...users.values()], cursor: next }
}

type Around = { readonly found: Found; readonly pageSize: number; readonly nodes: readonly NamedNode[] }

function placeAfter({ node, cursor, met }: Place, { found, pageSize, nodes }: Around): Place | undefined {
  if (found.users.length > met + pageSize) return { node, cursor, met: met + pageSize }
  if (found.cursor !== EDGE) return { node, cursor: found.cursor, met: 0 }
  const next = nodes.find(({ name }) => name > node)
  return next && { node: next.name, cursor: EDGE, met: 0 }
}

function placeIn(text: string): Place {
  const [cursor = EDGE, met = '0', node = ''] = text.split(' ')
  return { node, cursor, met: Number(met) }
}
