/**
 * The file of API keys: `{"keys": [{"id", "sha256", "scopes", "tenant", "notAfter"}]}`.
 */
import * as v from 'valibot'
import { KEY_ID, type ApiKey } from './api-key.ts'
import { SCOPES } from './scope.ts'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

const KeySchema = v.strictObject({
  id: v.pipe(
    v.string(),
    v.regex(KEY_ID, 'must be 1 to 64 letters, digits, "-" and "_", and begin with a letter or a digit'),
  ),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case')),
  scopes: v.pipe(
    v.array(v.picklist(SCOPES, `must be one of ${SCOPES.join(', ')}`)),
    v.minLength(1, 'must have at least one scope'),
  ),
  tenant: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\w.-]{1,64}$/, 'must be a tenant of the policy: 1 to 64 letters, digits, ".", "_" and "-"'),
    ),
  ),
  notAfter: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)),
        'must be an instant such as 2027-01-31T00:00:00Z',
      ),
    ),
  ),
})

const FileSchema = v.strictObject({
  keys: v.pipe(
    v.array(KeySchema),
    v.minLength(1, 'must have at least one key'),
    v.check(
      (keys) => new Set(keys.map(({ id }) => id)).size === keys.length,
      'must have a different id for each key',
    ),
  ),
})

/** The most faults that one message names. */
const FAULTS_NAMED_MAX = 5

/**
 * The keys in a JSON text.
 *
 * @throws {Error} with what is wrong and where, as JSON pointers. It shows no value: a key may
 * stand where its digest belongs.
 */
export function parseApiKeys(text: string): readonly ApiKey[] {
  const result = v.safeParse(FileSchema, parsed(text))
  if (!result.success) throw new Error(result.issues.slice(0, FAULTS_NAMED_MAX).map(inWords).join('. '))
  return result.output.keys.map(({ id, sha256, scopes, tenant, notAfter }) => ({
    id,
    sha256,
    scopes: new Set(scopes),
    tenant,
    notAfterMs: notAfter === undefined ? undefined : Date.parse(notAfter),
  }))
}

/** The message of the engine's parser would quote the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
}

function inWords({ path, kind, message, received, expected }: v.BaseIssue<unknown>): string {
  const pointer = (path ?? []).map(({ key }) => `/${String(key)}`).join('') || 'the file'
  if (kind !== 'schema' || message.startsWith('must')) return `${pointer} ${message}`
  if (expected === 'never') return `${pointer} is not a member`
  return `${pointer} ${received === 'undefined' ? 'is missing' : 'has the wrong type'}`
}
