/**
 * The file of API keys: `{"keys": [{"id", "sha256", "scopes", "tenant", "notAfter"}]}`.
 */
import { KEY_ID, type ApiKey } from './api-key.ts'
import { Faults, keysIn, membersOf, type Members } from './json-members.ts'
import { SCOPES, type Scope } from './scope.ts'

const KNOWN = ['id', 'sha256', 'scopes', 'tenant', 'notAfter']
const DIGEST = /^[0-9a-f]{64}$/
/** What a policy allows as the name of a tenant. */
const TENANT = /^[\w.-]{1,64}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/**
 * The keys in a JSON text.
 *
 * @throws {Error} with what is wrong and where, as JSON pointers. It shows no value: a key may
 * stand where its digest belongs.
 */
export function parseApiKeys(text: string): readonly ApiKey[] {
  const faults = new Faults()
  const keys = keysIn(text).map((value, at) => keyOf(membersOf(value) ?? {}, `/keys/${at}`, faults))
  const ids = new Set(keys.map(({ id }) => id))
  faults.unless(ids.size === keys.length, '/keys', 'must have a different id for each key')
  faults.throwIfAny()
  return keys
}

function keyOf(members: Members, at: string, faults: Faults): ApiKey {
  const { id, sha256, scopes, tenant, notAfter } = members
  for (const name of Object.keys(members)) {
    faults.unless(KNOWN.includes(name), `${at}/${name}`, `is not known here: ${KNOWN.join(', ')}`)
  }
  faults.unless(
    isText(id, KEY_ID),
    `${at}/id`,
    'must be 1 to 64 letters, digits, "-" and "_", and begin with a letter or a digit',
  )
  const isTenant = isText(tenant, TENANT)
  faults.unless(isText(sha256, DIGEST), `${at}/sha256`, 'must be 64 hexadecimal digits in lower case')
  faults.unless(
    tenant === undefined || isTenant,
    `${at}/tenant`,
    'must be a tenant of the policy: 1 to 64 letters, digits, ".", "_" and "-"',
  )
  const isInstant = isText(notAfter, INSTANT) && !Number.isNaN(Date.parse(notAfter))
  faults.unless(
    notAfter === undefined || isInstant,
    `${at}/notAfter`,
    'must be an instant such as 2027-01-31T00:00:00Z',
  )
  return {
    id: String(id),
    sha256: String(sha256),
    scopes: new Set(scopesIn(scopes, `${at}/scopes`, faults)),
    tenant: isTenant ? tenant : undefined,
    notAfterMs: isInstant ? Date.parse(notAfter) : undefined,
  }
}

function scopesIn(value: unknown, at: string, faults: Faults): readonly Scope[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : []
  faults.unless(names.length > 0, at, 'must be a list with at least one scope')
  return names.flatMap((name, index) => {
    const scope = SCOPES.find((known) => known === name)
    faults.unless(scope !== undefined, `${at}/${index}`, `must be one of ${SCOPES.join(', ')}`)
    return scope ?? []
  })
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}
