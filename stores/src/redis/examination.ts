import { clockFinding } from '../clock-finding.ts'
import type { Examination, StoreFinding } from '../store-findings.ts'
import type { RedisPlace } from './address.ts'
import { RedisLink } from './redis-link.ts'
import { factsIn, remarksOn, troublesOf, type Remark, type ServerFacts } from './server-remarks.ts'

/** What the clock of this machine shows, and how far it may be from others. */
export type Clock = { readonly nowMs: () => number; readonly skewMaxMs: number }

/**
 * Asks a server about itself. If it does not answer, there is nothing to tell: the first call to
 * the store says why. Never rejects.
 */
export async function examine(place: RedisPlace, { nowMs, skewMaxMs }: Clock): Promise<Examination> {
  const link = new RedisLink(place)
  try {
    const facts = factsIn(await link.call((redis) => redis.info()))
    const beforeMs = nowMs()
    const [seconds, microseconds] = await link.call((redis) => redis.time())
    const afterMs = nowMs()
    const theirMs = Number(seconds) * 1000 + Number(microseconds) / 1000
    const clock = clockFinding({ beforeMs, afterMs, theirMs, coarseMs: 0, skewMaxMs })
    return { findings: [...serverFindings(place, facts), clock], canBeOpened: true }
  } catch {
    return { findings: [], canBeOpened: true }
  } finally {
    await link.close()
  }
}

function serverFindings({ kind }: RedisPlace, facts: ServerFacts): StoreFinding[] {
  const remarks = [...remarksOn(facts), ...troublesOf(facts)]
  const role = facts.get('role') ?? 'unknown'
  const name = facts.has('valkey_version') ? 'Valkey' : 'Redis'
  const version = facts.get('valkey_version') ?? facts.get('redis_version') ?? 'of an unknown version'
  const found = `${name} ${version}, ${role}, ${facts.get('connected_slaves') ?? 0} replicas, ${facts.get('used_memory_human') ?? '?'} in memory`
  const server: StoreFinding =
    kind === 'single' && role === 'slave'
      ? { check: 'redis', state: 'fault', found, todo: 'name the master: a replica takes no starts' }
      : { check: 'redis', state: 'ok', found }
  return [server, ...remarks.map((remark) => findingOf(remark))]
}

function findingOf({ fact, todo }: Remark): StoreFinding {
  return { check: 'redis', state: 'warning', found: fact, todo }
}
