import { randomBytes } from 'node:crypto'
import { makeApiKey } from '../auth/api-key.ts'
import { parseApiKeys } from '../auth/api-keys-text.ts'
import type { Scope } from '../auth/scope.ts'
import { ConfigError } from '../settings/config-error.ts'
import { reasonOf } from '../text/reason.ts'
import { DONE } from './exit-codes.ts'

/** The options of the command, as they were given. */
export type NewKeyOptions = {
  readonly scopes?: string | undefined
  readonly tenant?: string | undefined
  readonly id?: string | undefined
  readonly notAfter?: string | undefined
}

const RANDOM_ID_BYTES = 4

/**
 * Makes a key, and prints it with its entry. Resolves with the exit code.
 *
 * @throws {ConfigError} if a service would not accept the entry.
 */
export function printNewKey({ scopes = '', tenant, id, notAfter }: NewKeyOptions): number {
  const { key, entry } = makeApiKey({
    id: id ?? `key-${randomBytes(RANDOM_ID_BYTES).toString('hex')}`,
    scopes: scopes.split(',').map((scope) => scope.trim() as Scope),
    ...(tenant !== undefined && { tenant }),
    ...(notAfter !== undefined && { notAfter }),
  })
  const line = JSON.stringify(entry)
  try {
    parseApiKeys(`{"keys":[${line}]}`)
  } catch (error) {
    throw new ConfigError([`the key would not be accepted: ${reasonOf(error)}`])
  }
  process.stdout.write(`key (shown once): ${key}\nentry for "keys" in the file of --api-keys:\n  ${line}\n`)
  return DONE
}
