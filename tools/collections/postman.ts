/**
 * A collection for Postman, in its format 2.1.0, with environments.
 */
import { createHash } from 'node:crypto'
import type { Call } from './call.ts'
import type { Collection, Environment } from './collection.ts'
import { scriptOf, type Dialect } from './script.ts'

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'

const DIALECT: Dialect = {
  test: 'const { test, expect } = pm',
  status: 'const status = pm.response.code',
  header: 'const header = (name) => pm.response.headers.get(name)',
  body: 'const body = () => pm.response.json()',
  variable: 'const variable = (name) => pm.variables.get(name)',
  keep: 'const keep = (name, value) => pm.collectionVariables.set(name, value)',
}

/** The files for Postman, by path. */
export function postmanFiles(collection: Collection): Readonly<Record<string, string>> {
  return {
    'postman/streamgate.postman_collection.json': json(postmanCollection(collection)),
    ...Object.fromEntries(
      collection.environments.map((one) => [
        `postman/${one.name}.postman_environment.json`,
        json(environment(one)),
      ]),
    ),
  }
}

function postmanCollection({ name, docs, parts }: Collection): object {
  return {
    info: { _postman_id: idOf(name), name, description: docs, schema: SCHEMA },
    auth: {
      type: 'apikey',
      apikey: [
        { key: 'key', value: 'x-api-key', type: 'string' },
        { key: 'value', value: '{{apiKey}}', type: 'string' },
        { key: 'in', value: 'header', type: 'string' },
      ],
    },
    item: parts.map((part) => ({
      id: idOf(part.name),
      name: part.name,
      description: part.docs,
      item: part.calls.map((call) => item(call, idOf(`${part.name}/${call.name}`))),
    })),
  }
}

function item(call: Call, id: string): object {
  const { name, docs, method, path, headers, body } = call
  return {
    id,
    name,
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: scriptOf(call, DIALECT) } }],
    request: {
      method,
      description: docs,
      header: Object.entries(headers).map(([key, value]) => ({ key, value })),
      ...(body && {
        body: {
          mode: 'raw',
          raw: body.text,
          options: { raw: { language: body.isJson ? 'json' : 'text' } },
        },
      }),
      url: { raw: `{{url}}${path}`, host: ['{{url}}'], path: path.split('/').slice(1) },
    },
  }
}

function environment({ name, variables, secrets }: Environment): object {
  const value = ([key, text]: [string, string]) => ({
    key,
    value: text,
    type: secrets.includes(key) ? 'secret' : 'default',
    enabled: true,
  })
  return {
    id: idOf(`environment ${name}`),
    name: `Streamgate, ${name}`,
    values: Object.entries(variables).map(value),
    _postman_variable_scope: 'environment',
  }
}

/** An id in the form of a UUID, always the same for a name. */
function idOf(name: string): string {
  const digest = createHash('sha256').update(`streamgate/${name}`).digest('hex')
  return digest.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-5$3-8$4-$5')
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
