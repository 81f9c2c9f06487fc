/** The oldest version with all commands that the scripts use. */
const VERSION_MIN = [6, 2] as const

/** The share of its memory above which somebody should look. */
const MEMORY_SHARE_MANY = 0.9

/** What an operator should know about a server, and do about it. */
export type Remark = { readonly fact: string; readonly todo: string }

/** The facts in a server's answer to INFO, by name. */
export type ServerFacts = ReadonlyMap<string, string>

/** Reads an answer to INFO. */
export function factsIn(info: string): ServerFacts {
  return new Map(info.split('\r\n').map((line) => factIn(line)))
}

/** Settings by which a server drops or loses leases. */
export function remarksOn(facts: ServerFacts): Remark[] {
  const remarks: Remark[] = []
  const eviction = facts.get('maxmemory_policy')
  if (eviction !== undefined && eviction !== 'noeviction') {
    const fact = `Redis has maxmemory-policy ${eviction} and may drop leases, so the limit may be exceeded`
    remarks.push({ fact, todo: 'set it to noeviction' })
  }
  if (facts.get('aof_enabled') === '0') {
    const fact = 'Redis has no append-only file, so a restart of it loses the newest leases'
    remarks.push({ fact, todo: 'set appendonly to yes' })
  }
  const version = facts.get('redis_version')
  if (version !== undefined && isOlder(version)) {
    const todo = `Streamgate needs ${VERSION_MIN.join('.')} or newer`
    remarks.push({ fact: `Redis ${version} is too old`, todo })
  }
  return remarks
}

/** Conditions under which a server refuses writes, or soon will. */
export function troublesOf(facts: ServerFacts): Remark[] {
  const troubles: Remark[] = []
  if (facts.get('rdb_last_bgsave_status') === 'err' || facts.get('aof_last_write_status') === 'err') {
    const todo = 'see its log, and the room on its disk'
    troubles.push({ fact: 'Redis could not write to its disk the last time', todo })
  }
  const [used, most] = ['used_memory', 'maxmemory'].map((name) => Number(facts.get(name) ?? 0))
  if (used !== undefined && most !== undefined && most > 0 && used > most * MEMORY_SHARE_MANY) {
    const fact = `Redis uses ${Math.round((used / most) * 100)} % of its memory, and refuses starts when it is full`
    troubles.push({ fact, todo: 'raise maxmemory' })
  }
  return troubles
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])
}

function factIn(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1)]
}
