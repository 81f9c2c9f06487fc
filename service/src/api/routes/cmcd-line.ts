import { decodeCmcd } from '@svta/cml-cmcd'
import { textOfUtf8 } from '../../text/strict-utf8.ts'

/** The keys that are read, as they came, or what is wrong with the line. */
export type CmcdKeys = {
  readonly [Key in 'sid' | 'e' | 'sta' | 'ts' | 'cid']?: unknown
} & { readonly fault?: string }

/** Keys that mean something here. */
const KEYS: ReadonlySet<string> = new Set(['sid', 'e', 'sta', 'ts', 'cid'])

/**
 * The keys of one line of a report; `undefined` if it is blank.
 *
 * Only members that are read are parsed. The others, such as signed URLs, cost nothing and may be
 * anything that a dictionary can hold.
 */
export function readCmcdLine(line: Uint8Array): CmcdKeys | undefined {
  const text = textOf(line)
  if (text === undefined) return { fault: 'must be UTF-8' }
  if (text === '') return undefined
  const members = membersIn(text)?.filter((member) => KEYS.has(keyOf(member)))
  try {
    // A line without any of them is read whole, to tell what is wrong with it.
    if (members !== undefined) {
      return decodeCmcd(members.length === 0 ? text : members.join(',')) as Omit<CmcdKeys, 'fault'>
    }
  } catch {
    // The fault is described below. The library's own message is not for callers.
  }
  return { fault: 'must be a structured dictionary (RFC 9651)' }
}

/**
 * The members of a dictionary, cut at each comma outside of a string; `undefined` if a string has
 * no end.
 */
function membersIn(text: string): string[] | undefined {
  const members: string[] = []
  let start = 0
  let isInString = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') isInString = !isInString
    else if (character === '\\' && isInString) at += 1
    else if (character === ',' && !isInString) {
      members.push(text.slice(start, at))
      start = at + 1
    }
  }
  members.push(text.slice(start))
  return isInString ? undefined : members
}

function keyOf(member: string): string {
  return /^\s*([a-z*][a-z0-9_.*-]*)/.exec(member)?.[1] ?? ''
}

function textOf(line: Uint8Array): string | undefined {
  try {
    return textOfUtf8(line).trim()
  } catch {
    return undefined
  }
}
