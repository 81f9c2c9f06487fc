import { readFileSync } from 'node:fs'
import { newPlaybackKey, publicPem } from '../playback/new-key.ts'
import { parsePlaybackKeys, type StoredKey } from '../playback/playback-keys.ts'
import type { Algorithm } from '../playback/signature.ts'
import { reasonOf } from '../text/reason.ts'
import { DONE, FAILED, MISUSED } from './exit-codes.ts'

/** What the command is told beside its action. */
type Options = { readonly file?: string | undefined; readonly alg?: string; readonly pem?: boolean }

const ALGORITHMS: readonly Algorithm[] = ['ES256', 'EdDSA', 'HS256']

/** Prints keys. Returns the exit code. */
export function runPlaybackKey(action: 'new' | 'add' | 'next' | 'public', options: Options): number {
  const { file, alg = 'ES256', pem = false } = options
  const algorithm = ALGORITHMS.find((known) => known === alg)
  if (algorithm === undefined) {
    process.stderr.write(`--alg must be one of ${ALGORITHMS.join(', ')}, got ${JSON.stringify(alg)}\n`)
    return MISUSED
  }
  try {
    const keys = file === undefined ? [] : storedKeys(file)
    process.stdout.write(textFor(action, keys, { algorithm, pem }))
    return DONE
  } catch (error) {
    process.stderr.write(`${file}: ${reasonOf(error)}\n`)
    return FAILED
  }
}

function textFor(
  action: 'new' | 'add' | 'next' | 'public',
  keys: readonly StoredKey[],
  { algorithm, pem }: { readonly algorithm: Algorithm; readonly pem: boolean },
): string {
  const [first, second, ...others] = keys
  switch (action) {
    case 'new':
    case 'add':
      return setOf([...keys, newPlaybackKey(algorithm)])
    case 'next':
      if (first === undefined || second === undefined) throw new Error('must have a second key')
      return setOf([second, first, ...others])
    case 'public': {
      const { published } = parsePlaybackKeys(setOf(keys))
      const [signer] = published
      if (!pem) return setOf(published)
      if (signer === undefined || first?.['kty'] === 'oct')
        throw new Error('must not have a shared secret first')
      return publicPem(signer)
    }
  }
}

function storedKeys(file: string): readonly StoredKey[] {
  const text = readFileSync(file, 'utf8')
  parsePlaybackKeys(text)
  return (JSON.parse(text) as { readonly keys: readonly StoredKey[] }).keys
}

function setOf(keys: readonly StoredKey[]): string {
  return `${JSON.stringify({ keys }, undefined, 2)}\n`
}
