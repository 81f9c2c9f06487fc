import { describe, expect, it } from 'vitest'
import { ConfigError } from '../src/settings/config-error.ts'
import { loadConfig, SETTINGS, type Flags } from '../src/settings/settings.ts'

function faultsOf(flags: Flags, environment: Record<string, string> = {}): readonly string[] {
  try {
    loadConfig(flags, environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

const storeOf = (store: string) => loadConfig({ store }, {}).store

describe('the configuration', () => {
  it('has defaults for all', () => {
    expect(loadConfig({}, {})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      store: { text: 'lmdb:./data' },
      storeTimeoutMs: 500,
      workers: 1,
      samples: false,
    })
  })

  it('comes from variables, and from flags before them', () => {
    const environment = { STREAMGATE_PORT: '1', STREAMGATE_STORE: 'memory:' }
    expect(loadConfig({ port: '2' }, environment)).toMatchObject({ port: 2, store: { text: 'memory:' } })
  })

  it('takes the clocks of instances on DynamoDB to differ by 2 s, or by what the address says', () => {
    expect(storeOf('dynamodb:UserStreams')).toMatchObject({ clockSkewMs: 2000 })
    expect(storeOf('dynamodb:UserStreams?clockSkewMs=50')).toMatchObject({ clockSkewMs: 50 })
    for (const text of ['dynamodb:UserStreams', 'dynamodb:UserStreams?clockSkewMs=50']) {
      expect(storeOf(text).text).toBe(text)
    }
  })

  const faulty: readonly (readonly [Flags, RegExp])[] = [
    [{ port: '65536' }, /^--port must be a whole number from 0 to 65535, got "65536"$/],
    [{ port: 'http' }, /^--port .* got "http"$/],
    [
      { store: 'mysql://db' },
      /^--store must be lmdb:<folder>, redis:\/\/<host>.*, dynamodb:<table> or memory:, got "mysql:\/\/db"$/,
    ],
    [
      { store: 'memory:', redisWaitReplicas: '1' },
      /^--redis-wait-replicas 1 needs redis:.* as --store, got memory:$/,
    ],
    [
      { store: 'redis+cluster://a', redisWaitReplicas: '1' },
      /^--redis-wait-replicas 1 needs redis:.* as --store, got redis\+cluster:\/\/a$/,
    ],
    [{ store: 'redis://user:secret@' }, /^--store must be redis:.*, got "redis:\/\/\*\*\*@"$/],
    [{ store: 'lmdb:' }, /^--store must be/],
    [
      { store: 'dynamodb:a/b' },
      /^--store must name a table of 3 to 255 letters, digits, "_", "\." and "-", got "a\/b"$/,
    ],
    [
      { store: 'dynamdb:UserStreams' },
      /^--store must be .*, got "dynamdb:UserStreams"; did you mean dynamodb:\?$/,
    ],
    [{ store: 'data' }, /^--store must be lmdb:<folder>, .*, got "data"$/],
    [{ port: '080' }, /^--port must be a whole number from 0 to 65535, got "080"$/],
    [
      { store: 'dynamodb:UserStreams?clockSkewMs=1e3' },
      /^--store must have a clockSkewMs from 0 to 60000, got "1e3"$/,
    ],
    [{ store: 'dynamodb:UserStreams?requestTimeoutMs=0' }, /requestTimeoutMs from 1 to 60000, got "0"$/],
    [{ store: 'dynamodb:UserStreams?clockSkewMs=60001' }, /^--store must have a clockSkewMs from 0 to 60000/],
    [
      { store: 'dynamodb:UserStreams?region=eu' },
      /^--store has the options clockSkewMs and requestTimeoutMs, got "region"$/,
    ],
    [{ storeTimeoutMs: '0' }, /^--store-timeout-ms must be a whole number from 1 to 60000, got "0"$/],
    [{ workers: '-1' }, /^--workers must be/],
    [{ samples: 'yes' }, /^--samples must be on or off, got "yes"$/],
    [{ logLevel: 'loud' }, /^--log-level must be one of trace, .* got "loud"$/],
    [{ metrics: 'statsd' }, /^--metrics must be one of auto, prometheus, emf, off, got "statsd"$/],
    [{ userIdKey: 'fifteen letters' }, /^--user-id-key must have at least 16 characters, got 15$/],
    [{ tracing: 'yes' }, /^--tracing must be on or off, got "yes"$/],
    [{ userRate: '0.5' }, /^--user-rate must be a whole number from 0 to 100000, got "0\.5"$/],
    [{ callerRate: '-1' }, /^--caller-rate must be a whole number/],
    [{ metrics: 'emf' }, /^--metrics must not be emf outside AWS Lambda/],
    [
      { policy: '/no/such/file.json' },
      /^--policy must name a JSON file or be JSON, got "\/no\/such\/file.json": ENOENT/,
    ],
    [
      { policy: '{"plans":{"a":{"limits":[{"max":3,"max":4}]}},\n"plan":"a"}' },
      /^--policy names a policy with faults:\n {2}policy:1:35: \/plans\/a\/limits\/0\/max stands here twice\n {2}policy:2:1: \/plan is not/,
    ],
    [
      { corsOrigins: 'https://a.example/' },
      /^--cors-origins must be \* alone, or origins .* got "https:\/\/a\.example\/"$/,
    ],
    [{ corsOrigins: 'https://a.example,*' }, /^--cors-origins must be \* alone.* got "\*"$/],
    [{ host: '0.0.0.0' }, /^--host 0\.0\.0\.0 can be reached from other machines.*--auth none/],
    [{ store: 'memory:', workers: '2' }, /^--workers 2 would keep a memory each/],
  ]
  it.each(faulty)('refuses %j', (flags, fault) => {
    expect(faultsOf(flags)).toEqual([expect.stringMatching(fault)])
  })

  it('names the variable if a fault came from one', () => {
    expect(faultsOf({}, { STREAMGATE_PORT: 'x' })).toEqual([
      expect.stringMatching(/^STREAMGATE_PORT must be/),
    ])
  })

  it('refuses an unknown variable with its own prefix', () => {
    expect(faultsOf({}, { STREAMGATE_PROT: '1', PATH: '/' })).toEqual([
      'STREAMGATE_PROT is not a setting; did you mean STREAMGATE_PORT?',
    ])
    expect(faultsOf({}, { STREAMGATE_COLOUR_SCHEME: 'dark' })).toEqual([
      expect.stringMatching(/^STREAMGATE_COLOUR_SCHEME is not a setting; known: .*STREAMGATE_PORT/),
    ])
  })

  it('names every fault at once', () => {
    expect(faultsOf({ port: 'x', workers: 'y' }, { STREAMGATE_X: '' })).toHaveLength(3)
  })

  it('accepts another host if it is said that anyone may call', () => {
    expect(loadConfig({ host: '0.0.0.0', auth: 'none' }, {}).host).toBe('0.0.0.0')
    for (const host of ['localhost', '127.1.2.3', '::1']) expect(loadConfig({ host }, {}).host).toBe(host)
  })

  it('writes metrics to the log on Lambda, and keeps them for Prometheus elsewhere, unless told otherwise', () => {
    const onLambda = { AWS_LAMBDA_FUNCTION_NAME: 'gate' }
    expect(loadConfig({}, onLambda).metrics).toEqual({ kind: 'emf', functionName: 'gate' })
    expect(loadConfig({}, {}).metrics).toEqual({ kind: 'prometheus' })
    expect(loadConfig({ metrics: 'prometheus' }, {}).metrics).toEqual({ kind: 'prometheus' })
    expect(loadConfig({ metrics: 'off' }, onLambda).metrics).toEqual({ kind: 'off' })
    expect(() => loadConfig({ metrics: 'prometheus' }, onLambda)).toThrow(
      /must not be prometheus on AWS Lambda/,
    )
  })

  it('traces if that is said, and not on Lambda, whose bundle holds no spans', () => {
    expect(loadConfig({}, {}).tracing).toBe(false)
    expect(loadConfig({ tracing: 'on' }, {}).tracing).toBe(true)
    const onLambda = { AWS_LAMBDA_FUNCTION_NAME: 'gate', STREAMGATE_TRACING: 'on' }
    expect(faultsOf({}, onLambda)).toEqual([
      expect.stringMatching(/^STREAMGATE_TRACING must not be on on AWS Lambda/),
    ])
  })

  it('does not show a key for user ids that is too short', () => {
    expect(faultsOf({}, { STREAMGATE_USER_ID_KEY: 'tiny-secret' }).join()).not.toContain('tiny-secret')
  })

  it('takes origins as browsers send them, and no others', () => {
    const apps = [
      'capacitor://localhost',
      'ionic://localhost',
      'tauri://localhost',
      'app://player',
      'file://',
    ]
    const good = ['https://a.example', 'http://localhost:3000', 'http://[::1]:3000', ...apps]
    expect(loadConfig({ corsOrigins: good.join(', ') }, {}).corsOrigins).toEqual(good)
    expect(loadConfig({ corsOrigins: '*' }, {}).corsOrigins).toBe('*')
    expect(loadConfig({}, {}).corsOrigins).toEqual([])
    const bad = [
      'a.example',
      'https://A.example',
      'https://a.example:443',
      'https://a.example/x',
      'HTTPS://a.example',
      'https://u@a.example',
      'https://ä.example',
      'https://*.example',
      'null',
      'https://a.example,',
      'javascript://x',
      'data://x',
      'blob://x',
      'ftp://a.example',
      'ws://a.example',
      'file:///app',
      'file://host',
      'app://',
      'capacitor://localhost/',
      'Capacitor://localhost',
    ]
    for (const corsOrigins of bad) expect(faultsOf({ corsOrigins }), corsOrigins).toHaveLength(1)
  })

  it('takes names of header fields, and nothing else', () => {
    expect(loadConfig({ corsHeaders: 'Content-Type, X-Player_1' }, {}).corsHeaders).toEqual([
      'content-type',
      'x-player_1',
    ])
    expect(loadConfig({ corsHeaders: '' }, {}).corsHeaders).toEqual([])
    expect(loadConfig({}, {}).corsHeaders).toContain('traceparent')
    for (const corsHeaders of ['*', 'a b', 'a,,b', 'a,', 'x:y', 'ä', '"a"', 'x\r\ny: z']) {
      expect(faultsOf({ corsHeaders }), corsHeaders).toEqual([
        expect.stringMatching(/^--cors-headers must be/),
      ])
    }
  })

  it('has a variable named as its flag for every setting', () => {
    for (const { variable, flag } of Object.values(SETTINGS)) {
      expect(variable).toBe(`STREAMGATE_${flag.slice(2).toUpperCase().replaceAll('-', '_')}`)
    }
  })
})
