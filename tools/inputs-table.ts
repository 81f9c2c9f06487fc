/**
 * `node tools/inputs-table.ts` makes the table of inputs in docs/aws.md from infra/variables.tf.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const GUIDE = join(ROOT, 'docs/aws.md')
const VARIABLES = join(ROOT, 'infra/variables.tf')

const BEGINNING = '<!-- inputs: made by tools/inputs-table.ts -->\n'
const END = '<!-- end of inputs -->'

/** The guide as it is, and as it should be. */
export function guideWithInputs(): { readonly written: string; readonly expected: string } {
  const written = readFileSync(GUIDE, 'utf8')
  const table = inputsTable(readFileSync(VARIABLES, 'utf8'))
  const [before = '', , after = ''] = written.split(new RegExp(`(?<=${BEGINNING})([^]*?)(?=${END})`))
  return { written, expected: `${before}\n${table}\n${after}` }
}

/** A row for each variable of a configuration, in its order. */
function inputsTable(configuration: string): string {
  const blocks = configuration.matchAll(/^variable "(?<name>\w+)" \{\n(?<body>.*?)^\}/gms)
  const rows = [...blocks].map(({ groups }) => {
    const { name = '', body = '' } = groups ?? {}
    const description = /^ {2}description\s*= (".*")$/m.exec(body)?.[1] ?? '""'
    const fallback = /^ {2}default\s*= (.+)$/m.exec(body)?.[1]
    return `| \`${name}\` | ${fallback === undefined ? 'required' : `\`${fallback}\``} | ${JSON.parse(description).replaceAll('<', '&lt;')} |`
  })
  return ['| input | default | |', '|---|---|---|', ...rows, ''].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(GUIDE, guideWithInputs().expected)
