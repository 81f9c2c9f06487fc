/**
 * Runs a Bruno collection. Bruno's own language package reads its files, and this file sends and
 * checks the requests. Bruno's own runner is three hundred megabytes, which is too much for what it
 * adds.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { chai } from 'vitest'
import { sendOverHttp, type TargetResponse } from '../http-contract/target.ts'

type BruRequest = {
  readonly meta: { readonly name: string; readonly seq: string }
  readonly http: {
    readonly method: string
    readonly url: string
    readonly body: string
    readonly auth: string
  }
  readonly headers?: readonly { readonly name: string; readonly value: string }[]
  readonly body?: Readonly<Record<string, string>>
  readonly tests?: string
}
type BruFolder = { readonly meta: { readonly name: string; readonly seq: string } }
type BruEnvironment = { readonly variables: readonly { readonly name: string; readonly value: string }[] }
type BruReaders = {
  readonly bruToJsonV2: (text: string) => BruRequest
  readonly collectionBruToJson: (text: string) => BruFolder
  readonly bruToEnvJsonV2: (text: string) => BruEnvironment
}

/** The result of a run. */
export type BrunoRun = {
  readonly requests: readonly string[]
  readonly assertions: number
  readonly failures: readonly string[]
}

const bru = createRequire(import.meta.url)('@usebruno/lang') as BruReaders

/** Runs the collection in a folder, in its order, against a service. */
export async function runBruno(folder: string, environment: string, url: string): Promise<BrunoRun> {
  const { variables } = bru.bruToEnvJsonV2(read(folder, 'environments', `${environment}.bru`))
  const ofEnvironment = new Map(variables.map(({ name, value }) => [name, value]))
  ofEnvironment.set('url', url)
  const run = new Run(ofEnvironment)
  for (const request of requestsIn(folder)) await run.send(request)
  return run
}

class Run implements BrunoRun {
  readonly requests: string[] = []
  readonly failures: string[] = []
  assertions = 0
  readonly #ofEnvironment: ReadonlyMap<string, string>
  readonly #kept = new Map<string, string>()

  constructor(ofEnvironment: ReadonlyMap<string, string>) {
    this.#ofEnvironment = ofEnvironment
  }

  async send({ meta, http, headers = [], body, tests = '' }: BruRequest): Promise<void> {
    const url = this.#filled(http.url)
    const { origin } = new URL(url)
    const text = body?.[http.body]
    const response = await sendOverHttp(origin, {
      method: http.method.toUpperCase(),
      path: url.slice(origin.length),
      headers: Object.fromEntries(headers.map(({ name, value }) => [name, this.#filled(value)])),
      ...(text !== undefined && { body: this.#filled(text) }),
    })
    this.requests.push(meta.name)
    this.#check(meta.name, tests, response)
  }

  /** Runs the tests of a request, with the part of Bruno's interface that they use. */
  #check(name: string, tests: string, response: TargetResponse): void {
    const isJson = /json/.test(response.headers['content-type'] ?? '')
    const body: unknown = isJson ? JSON.parse(response.text) : response.text
    runInNewContext(tests, {
      expect: chai.expect,
      res: {
        getStatus: () => response.status,
        getHeader: (header: string) => response.headers[header],
        getBody: () => body,
      },
      bru: {
        getVar: (variable: string) => this.#kept.get(variable),
        setVar: (variable: string, value: string) => this.#kept.set(variable, value),
        getEnvVar: (variable: string) => this.#ofEnvironment.get(variable),
      },
      test: (says: string, check: () => void) => {
        this.assertions += 1
        try {
          check()
        } catch (error) {
          this.failures.push(`${name}: ${says}: ${String(error)}`)
        }
      },
    })
  }

  #filled(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (_match, name: string) => {
      const value = this.#kept.get(name) ?? this.#ofEnvironment.get(name)
      if (value === undefined) throw new Error(`no variable ${name}`)
      return value
    })
  }
}

/** All requests: folder by folder, each in its order. */
function requestsIn(folder: string): readonly BruRequest[] {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'environments')
    .map(({ name }) => ({ name, seq: bru.collectionBruToJson(read(folder, name, 'folder.bru')).meta.seq }))
  return inOrder(folders).flatMap(({ name }) => {
    const files = readdirSync(join(folder, name)).filter((file) => file !== 'folder.bru')
    const requests = files.map((file) => bru.bruToJsonV2(read(folder, name, file)))
    return inOrder(requests.map((request) => ({ request, seq: request.meta.seq }))).map((one) => one.request)
  })
}

function inOrder<Placed extends { readonly seq: string }>(all: readonly Placed[]): readonly Placed[] {
  return all.toSorted((one, other) => Number(one.seq) - Number(other.seq))
}

function read(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8')
}
