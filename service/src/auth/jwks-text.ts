/**
 * Keys by which tokens are checked: a JSON Web Key Set (RFC 7517) of public keys.
 */
import * as v from 'valibot'

/** A public key, as far as it is looked at here. */
const PublicKeySchema = v.pipe(
  v.looseObject({
    kty: v.picklist(['EC', 'RSA', 'OKP'], 'must be EC, RSA or OKP: tokens are checked by public keys'),
  }),
  v.check((key) => !('d' in key), 'must be a public key: remove its private part'),
)

const JwksSchema = v.looseObject({
  keys: v.pipe(v.array(PublicKeySchema), v.minLength(1, 'must have at least one key')),
})

/** A set of public keys. */
export type Jwks = v.InferOutput<typeof JwksSchema>

/**
 * The keys in a JSON text.
 *
 * @throws {Error} with what is wrong and where. It shows no value: a private key may stand there.
 */
export function parseJwks(text: string): Jwks {
  const result = v.safeParse(JwksSchema, parsed(text))
  if (result.success) return result.output
  const [{ path, message }] = result.issues
  const pointer = (path ?? []).map(({ key }) => `/${String(key)}`).join('') || 'the file'
  throw new Error(`${pointer} ${message.startsWith('must') ? message : 'is missing or has the wrong type'}`)
}

/** The message of the engine's parser would quote the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
}
