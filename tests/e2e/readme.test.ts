/** What README.md and docs/running.md say: commands, answers, policy, links, and the picture. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { storyPicture } from '../../tools/story-picture.ts'
import { Client } from './client.ts'
import { COMMAND_LINE, startService } from './running-service.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const SERVED_AT = 'http://127.0.0.1:8080'

describe('the README', () => {
  it('shows cURLs that are answered as it says', async () => {
    const { url } = await startService({ folder: temporaryFolder(), flags: ['--samples'] })
    const curls = blocks('sh').filter((block) => block.startsWith('curl '))
    const answers = blocks('').map(headAndBody)
    expect(curls).toHaveLength(2)
    for (const [index, curl] of curls.entries()) {
      const written = curl.replace(/^curl (?:-i )?/, 'curl -si ').replace(SERVED_AT, url)
      const answer = headAndBody(execFileSync('bash', ['-c', written], { encoding: 'utf8' }))
      const documented = answers[index] ?? { head: [], body: {} }
      expect(membersOf(answer.body)).toEqual(membersOf(documented.body))
      expect(comparable(answer.body)).toEqual(comparable(documented.body))
      expect(answer.head.map(nameOf)).toEqual(expect.arrayContaining(documented.head.map(nameOf)))
      if (documented.head.length > 0) expect(answer.head[0]).toBe(documented.head[0])
    }
  })

  it('shows a policy that passes the check without a warning', () => {
    const path = join(temporaryFolder(), 'policy.json')
    writeFileSync(path, blocks('json')[0] ?? '')
    const { status, stderr } = spawnSync(process.execPath, [COMMAND_LINE, 'policy', 'check', path], {
      env: {},
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
    const named = README.matchAll(/\bnpm (?:run )?(start|test|run [\w:-]+)/g)
    for (const [, name = ''] of named) expect(Object.keys(scripts)).toContain(name.replace('run ', ''))
  })
})

it.each(documents())('the links of %s lead somewhere', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target)
  const lost = targets.filter((target) => !existsSync(join(ROOT, dirname(document), target)))
  expect(lost).toEqual([])
})

describe('the picture of the README', () => {
  it('is as its script draws it (node tools/story-picture.ts mends it)', () => {
    const { written, expected } = storyPicture()
    expect(written).toBe(expected)
  })

  it('tells what happens', async () => {
    const folder = temporaryFolder()
    const policy = join(folder, 'policy.json')
    writeFileSync(policy, JSON.stringify({ plans: { solo: { limits: [{ max: 1 }] } }, defaultPlan: 'solo' }))
    const { url } = await startService({ folder, flags: ['--policy', policy] })
    const client = new Client(url)
    const start = (body: object) => client.send('POST', '/users/family/streams', body)
    const heartbeat = (id: string) => client.send('PUT', `/users/family/streams/${id}`)
    const tv = { streamId: 'tv', label: 'Living room TV' }
    expect((await start(tv)).status).toBe(201)
    expect((await heartbeat('tv')).status).toBe(200)
    const phone = { streamId: 'phone', label: 'Phone' }
    const refusal = await start(phone)
    expect(refusal).toMatchObject({ status: 409, body: { streams: [{ label: 'Living room TV' }] } })
    expect((await start({ ...phone, replaces: 'tv' })).status).toBe(201)
    expect(await heartbeat('tv')).toMatchObject({ status: 410, body: { by: { label: 'Phone' } } })
  })
})

/** The code blocks of this language in the README. */
function blocks(language: string): string[] {
  const fences = README.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)
  return [...fences].flatMap(([, name, code = '']) => (name === language ? [code] : []))
}

type Shown = { readonly head: readonly string[]; readonly body: Readonly<Record<string, unknown>> }

/** An answer as cURL or the README shows it. The README leaves out what comes after `, …`. */
function headAndBody(text: string): Shown {
  const start = text.indexOf('{')
  const head = text
    .slice(0, start)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const body = JSON.parse(text.slice(start).replace(', …]', ']')) as Record<string, unknown>
  return { head, body }
}

function nameOf(line: string): string {
  return line.split(':')[0] ?? ''
}

/** The names of an answer's members, and of the first stream's. */
function membersOf({ streams, ...body }: Shown['body']): readonly (readonly string[])[] {
  const [first] = streams as unknown[]
  return [Object.keys(body), typeof first === 'object' && first !== null ? Object.keys(first) : []]
}

/** What is the same each time. */
function comparable({ streams, startedAt: _start, expiresAt: _end, ...body }: Shown['body']): object {
  const [first] = streams as (string | { id: string })[]
  return { ...body, first: typeof first === 'object' ? first.id : first }
}

function documents(): string[] {
  const listed = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  return listed.split('\n').filter(Boolean)
}
