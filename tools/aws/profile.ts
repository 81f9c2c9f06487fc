/**
 * Which AWS profiles exist. If a profile does not exist, the SDK says nothing and looks elsewhere.
 */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ENVIRONMENT } from '../environment.ts'
import { Refusal } from './endings.ts'

const SECTION = /^\s*\[\s*(?:profile\s+)?(?<name>[^\]]+?)\s*\]/gm

/** @throws {Refusal} if AWS_PROFILE names a profile that is in neither of its files. */
export function refuseUnknownProfile(): void {
  const profile = ENVIRONMENT['AWS_PROFILE'] ?? ''
  if (profile === '') return
  const files = [
    ENVIRONMENT['AWS_CONFIG_FILE'] ?? join(homedir(), '.aws/config'),
    ENVIRONMENT['AWS_SHARED_CREDENTIALS_FILE'] ?? join(homedir(), '.aws/credentials'),
  ]
  if (files.flatMap(profilesIn).includes(profile)) return
  throw new Refusal(
    `AWS_PROFILE names ${JSON.stringify(profile)}, which is a profile in neither of ${files.join(', ')}`,
  )
}

function profilesIn(file: string): readonly string[] {
  try {
    return [...readFileSync(file, 'utf8').matchAll(SECTION)].map(({ groups }) => groups?.['name'] ?? '')
  } catch {
    return []
  }
}
