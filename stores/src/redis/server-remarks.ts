/** The oldest version with all commands that the scripts use. */
const VERSION_MIN = [6, 2] as const

/**
 * What an operator should know about a server, from its answer to INFO: settings by which it drops
 * or loses leases.
 */
export function remarksOn(info: string): string[] {
  const facts = new Map(info.split('\r\n').map((line) => factIn(line)))
  const remarks: string[] = []
  const eviction = facts.get('maxmemory_policy')
  if (eviction !== undefined && eviction !== 'noeviction') {
    remarks.push(
      `Redis has maxmemory-policy ${eviction} and may drop leases, so the limit may be exceeded: set it to noeviction`,
    )
  }
  if (facts.get('aof_enabled') === '0') {
    remarks.push(
      'Redis has no append-only file, so a restart of it loses the newest leases: set appendonly to yes',
    )
  }
  const version = facts.get('redis_version')
  if (version !== undefined && isOlder(version)) {
    remarks.push(`Redis ${version} is too old: Streamgate needs ${VERSION_MIN.join('.')} or newer`)
  }
  return remarks
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])
}

function factIn(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1)]
}
