/**
 * The house rules as tests: which way data may flow, words that may not be used, and sizes.
 */
import { describe, expect, it } from 'vitest'
import {
  bannedWordsIn,
  longCommentLines,
  perThousandWords,
  messagesOf,
  proseOf,
  proseOfDocument,
} from './tidy/language.ts'
import { cyclesIn, readSources, readTracked, trackedFiles } from './tidy/sources.ts'
import { tooLargeFunctions, undocumentedExports } from './tidy/syntax.ts'

const SHIPPED = /^(?:core|stores|service|player)\/src\//
/** The rules themselves, which name what may not be written. */
const TIDY = /^tests\/tidy(?:\.test\.ts$|\/)/
const CONTRACT = /^stores\/src\/contract\//
const ENTRY_POINT = /^service\/src\/(?:cli|lambda|sweep-lambda)\.ts$/
const STORE = /^stores\/src\/(memory|lmdb|dynamodb|redis)\//

const sources = readSources()

/**
 * The rooms of the service from the bottom to the top: its folders, and the files beside them. A
 * file imports from its own room and from the levels below.
 */
const LEVELS: readonly (readonly string[])[] = [
  ['text', 'time'],
  ['telemetry'],
  ['policy', 'playback'],
  ['auth'],
  ['settings'],
  ['sweep', 'replay', 'store'],
  ['api'],
  ['servers', 'tracing', 'doctor', 'simulate', 'report'],
  ['compose.ts'],
  ['commands'],
  ['cli.ts', 'lambda.ts', 'sweep-lambda.ts'],
]

/** One forbidden direction: no file that `from` names may import what `to` names. */
type Direction = { readonly from: RegExp; readonly to: RegExp; readonly except?: RegExp }

const FORBIDDEN: Readonly<Record<string, Direction>> = {
  'core imports nothing but itself': { from: /^core\/src\//, to: /^(?!core\/src\/)/ },
  'the core of the player imports nothing but itself': {
    from: /^player\/src\/core\//,
    to: /^(?!player\/src\/core\/)/,
  },
  'the player imports nothing but itself, and React for its hook': {
    from: /^player\/src\//,
    to: /^(?!player\/src\/|react$)/,
  },
  'the parts of the player share its core and no more': {
    from: /^player\/src\/(?:adapters|browser|react|react-native)\//,
    to: /^player\/src\/(?:dialog|react|react-native)\//,
  },
  'stores do not know the service': { from: /^stores\//, to: /^service\// },
  'telemetry does not know the API': { from: /^service\/src\/telemetry\//, to: /^service\/src\/api\// },
  'routes do not know a store': { from: /^service\/src\/api\/routes\//, to: /^stores\// },
  'a concrete store is named in the table of engines and in tests alone': {
    from: /^service\/src\//,
    to: STORE,
    except: /^service\/src\/settings\/store-engines\.ts$/,
  },
  'shipped code does not know the contract': { from: SHIPPED, to: CONTRACT, except: CONTRACT },
  'shipped code does not know tests, tools or benchmarks': {
    from: SHIPPED,
    to: /^(?:tests|tools|bench)\/|\.test\.ts$|\/test\//,
  },
  'no file imports an entry point': { from: /./, to: ENTRY_POINT },
  'no framework is inside the app': { from: SHIPPED, to: /^(?:express|fastify|hono|@hono\/.*|koa|h3)$/ },
}

describe('directions', () => {
  it.each(Object.entries(FORBIDDEN))('%s', (_sentence, { from, to, except }) => {
    const offenders = sources
      .filter(({ path }) => from.test(path) && except?.test(path) !== true)
      .flatMap(({ path, imports }) =>
        imports.filter((target) => to.test(target)).map((target) => `${path} -> ${target}`),
      )
    expect(offenders).toEqual([])
  })

  it('in the service no import runs uphill', () => {
    const offenders = sources.flatMap(({ path, imports }) => {
      const own = levelOf(path)
      const uphill = imports.filter((target) => {
        const other = levelOf(target)
        return other > own || (other === own && roomOf(target) !== roomOf(path))
      })
      return own === -1 ? [] : uphill.map((target) => `${path} -> ${target}`)
    })
    expect(offenders).toEqual([])
  })

  it('every room of the service has its level', () => {
    const rooms = new Set(sources.flatMap(({ path }) => roomOf(path) ?? []))
    expect([...rooms].toSorted()).toEqual(LEVELS.flat().toSorted())
  })

  it('no store knows another', () => {
    const offenders = sources.flatMap(({ path, imports }) => {
      const own = STORE.exec(path)?.[1]
      const others = imports.filter((target) => STORE.test(target) && STORE.exec(target)?.[1] !== own)
      return own === undefined ? [] : others.map((target) => `${path} -> ${target}`)
    })
    expect(offenders).toEqual([])
  })

  it('there is no cycle', () => {
    expect(cyclesIn(sources)).toEqual([])
  })
})

/** What may not be written, where, and where it may. */
type Ban = { readonly pattern: RegExp; readonly where: RegExp; readonly except?: RegExp }

const BANS: Readonly<Record<string, Ban>> = {
  'the environment is read in settings.ts, by the health check, and in one file for tools and tests': {
    pattern: /process\.env\b/,
    where: /\.ts$/,
    except: /^(?:service\/src\/settings\/(?:settings|health-address)|tools\/environment)\.ts$/,
  },
  'the rules and the stores know no clock and no chance': {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/,
    where: /^(?:core|stores|player)\/src\//,
    except: /^player\/src\/(?:browser\/browser-host|react-native\/native-host|dialog\/when)\.ts$/,
  },
  'the real clock and chance are named in compose.ts alone': {
    pattern: /\bDate\.now\b|\bMath\.random\b/,
    where: /^service\/src\//,
    except: /^service\/src\/compose\.ts$/,
  },
  'one word for one thing': {
    pattern: /\b(?:acquire[sd]?|pings?|pinged|killSession)\b/i,
    where: SHIPPED,
  },
  'the end of a lease is lapsesAtMs; expiresAtMs alone is for files that write it': {
    pattern: /\bexpiresAtMs\b/,
    where: SHIPPED,
    except:
      /^(?:core\/src\/(?:lease|rules\/grace|rules\/admission|answer|heartbeat|decision|finished-streams)|stores\/src\/(?:dynamodb\/(?:lease-change|lifetime|user-item)|lmdb\/roster-record|redis\/(?:redis-store|scripts|user-record))|stores\/src\/contract\/\w+|service\/src\/store\/samples)\.ts$/,
  },
  'file names say what is in them': {
    pattern: /^/,
    where: /(?:^|\/)(?:utils?|helpers?|common|managers?|misc)\b[^/]*\.ts$/,
  },
  'no enum, no default export': {
    pattern: /^(?:export )?(?:const )?enum |^export default (?!defineConfig)/m,
    where: /\.ts$/,
  },
  'no test is focused or skipped': {
    pattern: /\b(?:it|test|describe|clause)\.(?:only|skip|todo)\(/,
    where: /\.ts$/,
  },
  'afterAll is not handed to a hook or a test, where Vitest never calls back: atEndOfTests() is': {
    pattern: /[(,] ?afterAll\)/,
    where: /\.ts$/,
  },
  'no open ends': { pattern: /\b(?:TODO|FIXME|XXX)\b/, where: /\.ts$/ },
}

describe('words', () => {
  it.each(Object.entries(BANS))('%s', (_sentence, { pattern, where, except }) => {
    const offenders = sources
      .filter(({ path }) => !TIDY.test(path) && where.test(path) && except?.test(path) !== true)
      .filter(({ text }) => pattern.test(text))
      .map(({ path }) => path)
    expect(offenders).toEqual([])
  })
})

/** Files of other kinds whose texts people read. */
const TEXTS = ['*.md', '*.tf', 'service/policy.schema.json']

/** For every 1,000 words of comments, titles and documents. Full stops read better. */
const SEMICOLONS_MAX = 2.3
/** The same for "where". It names a place. A condition begins with "if". */
const WHERE_MAX = 1.7

describe('language', () => {
  const prose = [
    ...sources.filter(({ path }) => !TIDY.test(path)).flatMap(({ path, text }) => proseOf(path, text)),
    ...TEXTS.flatMap(trackedFiles).flatMap((path) => proseOfDocument(path, readTracked(path))),
  ]

  it('no word is used if a plainer one would do', () => {
    const shown = sources.filter(({ path }) => SHIPPED.test(path))
    const messages = shown.flatMap(({ path, text }) => messagesOf(path, text))
    expect([...prose, ...messages].flatMap(bannedWordsIn)).toEqual([])
  })

  it('no line of a comment has more than 100 columns', () => {
    expect(sources.flatMap(({ path, text }) => longCommentLines(path, text))).toEqual([])
  })

  it('sentences end instead of continuing after a semicolon', () => {
    expect(perThousandWords(prose, /[\p{L}\p{N}`)"”];(?=\s|$)/gu)).toBeLessThan(SEMICOLONS_MAX)
  })

  it('conditions begin with if', () => {
    expect(perThousandWords(prose, /\bwhere\b/giu)).toBeLessThan(WHERE_MAX)
  })
})

describe('sizes', () => {
  it('no file is longer than 250 lines', () => {
    const offenders = sources.filter(({ text }) => text.split('\n').length > 251).map(({ path }) => path)
    expect(offenders).toEqual([])
  })

  it('no function of shipped code is longer than 50 lines, and none has more than three parameters', () => {
    const offenders = sources
      .filter(({ path }) => SHIPPED.test(path) && !CONTRACT.test(path))
      .flatMap(({ path, text }) => tooLargeFunctions(path, text))
    expect(offenders).toEqual([])
  })

  it('every file of a package is documented where it exports', () => {
    const offenders = sources
      .filter(({ path }) => /^(?:core|stores|player)\/src\//.test(path) && !CONTRACT.test(path))
      .flatMap(({ path, text }) => undocumentedExports(text).map((name) => `${path}: ${name}`))
    expect(offenders).toEqual([])
  })
})

/** The folder below `service/src`, or the file there; undefined for a file elsewhere. */
function roomOf(path: string): string | undefined {
  return /^service\/src\/([^/]+)/.exec(path)?.[1]
}

function levelOf(path: string): number {
  const room = roomOf(path)
  return LEVELS.findIndex((rooms) => room !== undefined && rooms.includes(room))
}
