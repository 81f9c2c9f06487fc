/** A client that is generated from the document: its types match what the service answers. */
import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runTool, TOOLS_FOLDER } from './openapi-tools.ts'
import { serveDocument, type ServedDocument } from './served-document.ts'
import { describeWithTools } from './with-tools.ts'

/** Fills the three slots of a user, is refused, and takes over the slot of the oldest stream. */
const CLIENT = `
import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'

declare const process: { readonly argv: readonly string[] }
const { POST } = createClient<paths>({ baseUrl: process.argv[2] ?? '' })
const start = (streamId: string, replaces: string | null = null) =>
  POST('/users/{userId}/streams', { params: { path: { userId: 'anna' } }, body: { streamId, label: 'TV', replaces } })

for (const streamId of ['a', 'b', 'c']) await start(streamId)
const refused = await start('d')
if (refused.error === undefined || !('streams' in refused.error)) throw new Error('was not refused')
const [oldest] = refused.error.streams
if (oldest === undefined) throw new Error('no stream stands in the way')
const label: string | undefined = oldest.label
const taken = await start('d', oldest.id)
const ended: string[] | undefined = taken.data?.ended
console.log(JSON.stringify([refused.response.status, label, taken.response.status, ended]))
`

const OPTIONS = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: 'es2023',
  module: 'nodenext',
  lib: ['es2023', 'dom'],
  types: [],
  allowImportingTsExtensions: true,
}

const run = promisify(execFile)

/** The tools take seconds, and several times that on a busy machine. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describeWithTools('a client generated from the OpenAPI document', () => {
  let served: ServedDocument
  beforeAll(async () => {
    served = await serveDocument()
    symlinkSync(TOOLS_FOLDER, join(served.folder, 'node_modules'))
    const { code, output } = runTool('openapi-typescript', [served.path, '-o', file('schema.d.ts')])
    expect(code, output).toBe(0)
    writeFileSync(file('package.json'), '{"type":"module"}')
  })
  afterAll(() => served.close())

  const file = (name: string) => join(served.folder, name)
  /** The errors of the compiler for this client. */
  const compile = (source: string): string => {
    writeFileSync(file('client.ts'), source)
    writeFileSync(file('tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: ['client.ts'] }))
    return runTool('tsc', ['-p', served.folder]).output
  }

  it('compiles, starts, is refused, and takes over by replaces', async () => {
    expect(compile(CLIENT)).toBe('')
    const { stdout } = await run(process.execPath, [file('client.ts'), served.url])
    expect(JSON.parse(stdout)).toEqual([409, 'TV', 201, ['a']])
  })

  it.each([
    ['a member of a stream in the refusal', 'oldest.id', 'oldest.leaseId'],
    ['a member of the refusal', 'refused.error.streams', 'refused.error.holders'],
    ['a member of the body', 'body: { streamId,', 'body: { streamID: streamId,'],
    ['a path', '/users/{userId}/streams', '/users/{userId}/stream'],
  ])('does not compile with a wrong name for %s', (_what, right, wrong) => {
    expect(compile(CLIENT.replace(right, wrong))).toMatch(/client\.ts\(\d+,\d+\): error TS/)
  })
})
