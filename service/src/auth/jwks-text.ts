/**
 * Keys by which tokens are checked: a JSON Web Key Set (RFC 7517) of public keys.
 */
import { Faults, keysIn, membersOf, type Members } from './json-members.ts'

/** A set of public keys. */
export type Jwks = { keys: PublicKey[] }

type PublicKey = Members & { readonly kty: string }

const KINDS = ['EC', 'RSA', 'OKP']

/**
 * The keys in a JSON text.
 *
 * @throws {Error} with what is wrong and where. It shows no value: a private key may stand there.
 */
export function parseJwks(text: string): Jwks {
  const faults = new Faults()
  const keys = keysIn(text).map((value, at) => {
    const key = membersOf(value) ?? {}
    const pointer = `/keys/${at}`
    const isPublic = KINDS.includes(String(key['kty']))
    faults.unless(isPublic, `${pointer}/kty`, 'must be EC, RSA or OKP: tokens are checked by public keys')
    faults.unless(!('d' in key), pointer, 'must be a public key: remove its private part')
    return key as PublicKey
  })
  faults.throwIfAny()
  return { keys }
}
