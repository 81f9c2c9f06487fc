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
    if (!TABLE_NAME.test(tableName)) throw malformed(DYNAMODB, text)
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
      return new DynamoDbStore({ tableName, ...limits })
    },
  }
}

function parsedOptions(query: string): Given {
  return query.split('&').map((part) => {
    const [name = '', ...rest] = part.split('=')
    if (!isOption(name)) {
      const known = Object.keys(OPTIONS).join(' and ')
      throw new Error(`has the options ${known}, got ${JSON.stringify(name)}`)
    }
    return [name, parsedNumber(name, rest.join('='))]
  })
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name)
}

function parsedNumber(name: OptionName, text: string): number {
  const { min, max } = OPTIONS[name]
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Error(`must have a ${name} from ${min} to ${max}, got ${JSON.stringify(text)}`)
}
