/** Who takes part: what is measured, and what it is compared with. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Launch } from './contender.ts'
import type { Mix } from './load/mixes.ts'

/** One that can take part. */
export type Entry = {
  readonly name: string
  readonly title: string
  /** Whether it is this project, so that another checkout has it too. */
  readonly isOurs: boolean
  /** Whether it takes part in a run without `--only`. */
  readonly isUsual: boolean
  /** If absent, all of them. */
  readonly mixes?: readonly Mix['name'][]
  /** Whether it has no HTTP API: it makes the calls of a mix itself when it is told to. */
  readonly loadsItself?: boolean
  /** Whether it keeps its data in its folder. */
  readonly isDurable?: boolean
  /** Whether it writes to an endpoint that answers like DynamoDB. That shares the load's core. */
  readonly needsEndpoint?: boolean
  readonly launch: (at: Site) => Launch
}

/** Which checkout it is run from, a folder of its own for its data, and the endpoint if any. */
export type Site = { readonly checkout: string; readonly folder: string; readonly endpoint?: string }

/** The checkout that this file is part of. */
export const THIS_CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

/** The endpoint that stands in for DynamoDB. */
export const ENDPOINT: Launch = {
  program: join(THIS_CHECKOUT, 'bench/servers/dynamodb-endpoint.ts'),
  args: ['{port}'],
  place: 'load',
}

/** The one that all others are compared with. */
export const FLOOR = 'floor'

/** Parts that are off by default, by the name that follows `memory-`. */
const OPTIONAL_PARTS: Readonly<
  Record<string, { title: string; settings: Readonly<Record<string, string>> }>
> = {
  traced: { title: 'every request traced', settings: tracing(1) },
  sampled: { title: 'one request of 100 traced', settings: tracing(0.01) },
  hashed: { title: 'user ids hashed in the log', settings: { STREAMGATE_USER_ID_KEY: 'k'.repeat(32) } },
  limited: {
    title: 'rate limits that are not reached',
    settings: { STREAMGATE_USER_RATE: '100000', STREAMGATE_CALLER_RATE: '100000' },
  },
}

export const ENTRIES: readonly Entry[] = [
  peer(FLOOR, 'node:http, doing nothing', { program: 'floor.ts' }),
  {
    ...peer('floor-body', 'node:http, reading the body', { program: 'floor.ts', args: ['body'] }),
    mixes: ['starts'],
  },
  ours('memory', 'Streamgate, memory', { store: 'memory:' }),
  { ...ours('lmdb', 'Streamgate, LMDB', { store: 'lmdb:{folder}' }), isDurable: true },
  {
    ...ours('lmdb-workers', 'Streamgate, LMDB, 2 workers', { store: 'lmdb:{folder}', workers: 2 }),
    isUsual: false,
  },
  ...Object.entries(OPTIONAL_PARTS).map(([name, { title, settings }]) => ({
    ...ours(`memory-${name}`, `Streamgate, memory, ${title}`, { store: 'memory:', settings }),
    isUsual: false,
  })),
  {
    ...peer('lmdb-alone', 'the LMDB store alone, in process', {
      program: 'store-alone.ts',
      args: ['{folder}'],
    }),
    loadsItself: true,
  },
  { ...ours('dynamodb', 'Streamgate, DynamoDB', { store: 'dynamodb:streams' }), needsEndpoint: true },
  {
    ...peer('original', 'one UpdateItem by the SDK', { program: 'original.ts' }),
    mixes: ['starts'],
    needsEndpoint: true,
  },
  peer('express', 'Express and a Map', { program: 'express.ts' }),
  peer('fastify', 'Fastify and a Map', { program: 'fastify.ts' }),
  ...['node', 'fastify', 'hono'].map((library) => ({
    ...peer(`app-${library}`, `the app on ${library}`, { program: 'transport.ts', args: [library] }),
    isUsual: false,
  })),
]

type Serving = {
  readonly store: string
  readonly workers?: number
  /** More settings, as variables. */
  readonly settings?: Readonly<Record<string, string>>
}

function ours(name: string, title: string, { store, workers, settings }: Serving): Entry {
  const more = workers === undefined ? [] : ['--workers', String(workers)]
  return {
    name,
    title,
    isOurs: true,
    isUsual: true,
    launch: ({ checkout, folder, endpoint }) => ({
      program: join(checkout, 'service/src/cli.ts'),
      args: ['serve', '--port', '{port}', '--store', store.replace('{folder}', folder), ...more],
      ...(workers !== undefined && { place: 'both' as const }),
      environment: { ...awsEnvironment(endpoint), ...settings },
    }),
  }
}

/** Traces requests by the SDK of OpenTelemetry, which keeps this share of them. */
function tracing(share: number): Readonly<Record<string, string>> {
  const sdk = new URL('servers/tracing-sdk.ts', import.meta.url).href
  return { NODE_OPTIONS: `--import ${sdk}`, STREAMGATE_TRACING: 'on', TRACED_SHARE: String(share) }
}

/** Lets AWS's SDK find the endpoint in place of DynamoDB. */
function awsEnvironment(endpoint: string | undefined): Readonly<Record<string, string>> {
  if (endpoint === undefined) return {}
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  }
}

/** A program of the folder of servers. They answer the same requests. */
function peer(
  name: string,
  title: string,
  { program, args = [] }: { program: string; args?: string[] },
): Entry {
  return {
    name,
    title,
    isOurs: false,
    isUsual: true,
    launch: ({ folder, endpoint }) => ({
      program: join(THIS_CHECKOUT, 'bench/servers', program),
      args: ['{port}', ...args.map((arg) => arg.replace('{folder}', folder))],
      environment: { NODE_ENV: 'production', ...awsEnvironment(endpoint) },
    }),
  }
}
