/**
 * The table of inputs in docs/aws.md, from infra/variables.tf.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { documentWith, type Document } from './generated-table.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The guide to AWS. */
export function guideWithInputs(): Document {
  const variables = readFileSync(join(ROOT, 'infra/variables.tf'), 'utf8')
  return documentWith(join(ROOT, 'docs/aws.md'), 'inputs', [
    ['input', 'default', ''],
    ...inputRows(variables),
  ])
}

/** A row for each variable of a configuration, in its order. */
function inputRows(configuration: string): string[][] {
  const blocks = configuration.matchAll(/^variable "(?<name>\w+)" \{\n(?<body>.*?)^\}/gms)
  return [...blocks].map(({ groups }) => {
    const { name = '', body = '' } = groups ?? {}
    const description = /^ {2}description\s*= (".*")$/m.exec(body)?.[1] ?? '""'
    const fallback = /^ {2}default\s*= (.+)$/m.exec(body)?.[1]
    const words = String(JSON.parse(description)).replaceAll('<', '&lt;')
    return [`\`${name}\``, fallback === undefined ? 'required' : `\`${fallback}\``, words]
  })
}
