import { readFileSync } from 'node:fs'
import { DEFAULT_POLICY, parsePolicy, PolicyError, type Policy } from '@streamgate/core'

/** A policy, and the file it came from, where it came from one. */
export type PolicySource = { readonly policy: Policy; readonly file?: string }

/**
 * The policy that a setting means: of no text the built-in one, of a text that begins with `{` what that
 * JSON says, else what the file of this name holds.
 *
 * @throws {Error} with what is wrong, as "must …" or "names …"; each fault of a policy by its JSON pointer.
 */
export function readPolicy(text: string): PolicySource {
  if (text === '') return { policy: DEFAULT_POLICY }
  const isFile = !text.startsWith('{')
  try {
    const policy = parsePolicy(JSON.parse(isFile ? readFileSync(text, 'utf8') : text))
    return isFile ? { policy, file: text } : { policy }
  } catch (error) {
    if (error instanceof PolicyError) {
      const faults = error.faults.map(({ pointer, detail }) => `\n  ${pointer || '/'} ${detail}`)
      throw new Error(`names a policy with faults${isFile ? `, ${text}` : ''}:${faults.join('')}`, {
        cause: error,
      })
    }
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`must name a JSON file or be JSON, got ${JSON.stringify(text)}: ${reason}`, {
      cause: error,
    })
  }
}
