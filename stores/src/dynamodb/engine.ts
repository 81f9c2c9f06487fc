import { malformed, type StoreAddress, type StoreEngine } from '../engine.ts'

/** Clocks in a cloud agree within milliseconds, so this is ample. */
const CLOCK_SKEW_DEFAULT_MS = 2000

/** What an address can set, with the whole numbers that each option takes. */
const OPTIONS = {
  clockSkewMs: { min: 0, max: 60_000 },
  requestTimeoutMs: { min: 1, max: 60_000 },
} as const

type OptionName = keyof typeof OPTIONS

/** Amazon DynamoDB Developer Guide, "Naming rules". */
const TABLE_NAME = /^[\w.-]{3,255}$/

/** Rosters in a DynamoDB table, for any number of hosts, each with its own clock. */
export const DYNAMODB: StoreEngine = {
  scheme: 'dynamodb',
  usage: 'dynamodb:<table>',
  remark: '',
  isShared: true,
  isBilledByReads: true,
  needsTimeLimit: true,
  parse: (text) => {
    const [, tableName = '', query] = /^([^?]*)(?:\?(.*))?$/.exec(text) ?? []
    if (tableName === '') throw malformed(DYNAMODB, text)
    if (!TABLE_NAME.test(tableName)) {
      const rule = '3 to 255 letters, digits, "_", "." and "-"'
      throw new Error(`must name a table of ${rule}, got ${JSON.stringify(tableName)}`)
    }
    return addressOf(tableName, query === undefined ? [] : parsedOptions(query))
  },
}

type Given = readonly (readonly [OptionName, number])[]

function addressOf(tableName: string, given: Given): StoreAddress {
  const query = given.map(([name, value]) => `${name}=${value}`).join('&')
  const text = `dynamodb:${tableName}${query === '' ? '' : `?${query}`}`
  const { clockSkewMs = CLOCK_SKEW_DEFAULT_MS, ...limits }: Partial<Record<OptionName, number>> =
    Object.fromEntries(given)
  return {
    engine: DYNAMODB,
    text,
    absoluteText: text,
    clockSkewMs,
    isThere: () => true,
    identity: () => undefined,
    open: async () => {
      const { DynamoDbStore } = await import('./dynamodb-store.ts')
      const store = new DynamoDbStore({ tableName, ...limits })
      await store.assertRegion()
      return store
    },
  }
}

function parsedOptions(query: string): Given {
  const given = new Map<OptionName, number>()
  for (const part of query.split('&')) {
    const [name = '', ...rest] = part.split('=')
    if (part === '') throw new Error(`must have an option after each ? and &, got ${JSON.stringify(query)}`)
    if (!isOption(name)) {
      const known = Object.keys(OPTIONS).join(' and ')
      throw new Error(`has the options ${known}, got ${JSON.stringify(name)}`)
    }
    if (given.has(name)) throw new Error(`must have ${name} once, got ${JSON.stringify(query)}`)
    given.set(name, parsedNumber(name, rest.join('=')))
  }
  return [...given]
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name)
}

function parsedNumber(name: OptionName, text: string): number {
  const { min, max } = OPTIONS[name]
  const value = /^(?:0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Error(`must have a ${name} from ${min} to ${max}, got ${JSON.stringify(text)}`)
}
