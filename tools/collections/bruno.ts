/** A collection for Bruno: a folder of .bru files, written by Bruno's own language package. */
import { createRequire } from 'node:module'
import type { Call } from './call.ts'
import type { Collection, Environment } from './collection.ts'
import { scriptOf, type Dialect } from './script.ts'

/** Each takes a file's contents as a value and returns its text. */
type BruWriters = Readonly<
  Record<'jsonToBruV2' | 'jsonToCollectionBru' | 'envJsonToBruV2', (file: object) => string>
>

const bru = createRequire(import.meta.url)('@usebruno/lang') as BruWriters

const DIALECT: Dialect = {
  test: '',
  status: 'const status = res.getStatus()',
  header: 'const header = (name) => res.getHeader(name)',
  body: 'const body = () => res.getBody()',
  variable: 'const variable = (name) => bru.getVar(name) ?? bru.getEnvVar(name)',
  keep: 'const keep = (name, value) => bru.setVar(name, value)',
}

/** The files for Bruno, by path. */
export function brunoFiles({
  name,
  docs,
  parts,
  environments,
}: Collection): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'bruno/bruno.json': `${JSON.stringify({ version: '1', name, type: 'collection', ignore: [] }, undefined, 2)}\n`,
    'bruno/collection.bru': bru.jsonToCollectionBru({
      auth: {
        mode: 'apikey',
        apikey: { key: 'x-api-key', value: '{{apiKey}}', placement: 'header' },
      },
      docs,
    }),
  }
  for (const one of environments) files[`bruno/environments/${one.name}.bru`] = environment(one)
  for (const [index, part] of parts.entries()) {
    const folder = `bruno/${fileName(part.name)}`
    const meta = { name: part.name, seq: index + 1 }
    files[`${folder}/folder.bru`] = bru.jsonToCollectionBru({
      meta,
      auth: { mode: 'inherit' },
      docs: part.docs,
    })
    for (const [place, call] of part.calls.entries()) {
      files[`${folder}/${fileName(call.name)}.bru`] = request(call, place + 1)
    }
  }
  return files
}

function request(call: Call, seq: number): string {
  const { name, docs, method, path, headers, body } = call
  const kind = body === undefined ? 'none' : body.isJson ? 'json' : 'text'
  return bru.jsonToBruV2({
    meta: { name, type: 'http', seq },
    http: { method: method.toLowerCase(), url: `{{url}}${path}`, body: kind, auth: 'inherit' },
    headers: Object.entries(headers).map(([header, value]) => ({ name: header, value, enabled: true })),
    body: { [kind]: body?.text },
    tests: scriptOf(call, DIALECT).join('\n'),
    docs,
  })
}

function environment({ variables, secrets }: Environment): string {
  return bru.envJsonToBruV2({
    variables: Object.entries(variables).map(([name, value]) => ({
      name,
      value,
      enabled: true,
      secret: secrets.includes(name),
    })),
  })
}

function fileName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
