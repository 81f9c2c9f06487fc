import { optionsText, parsedOptions, type GivenOptions } from '../address-options.ts'
import { malformed, masked, type StoreAddress, type StoreEngine } from '../engine.ts'

/** Clocks in a cloud agree within milliseconds, so this is ample. */
const CLOCK_SKEW_DEFAULT_MS = 2000

/** What an address can set, with the whole numbers that each option takes. */
const OPTIONS = {
  clockSkewMs: { min: 0, max: 60_000 },
  requestTimeoutMs: { min: 1, max: 60_000 },
} as const

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
  backupAdvice: 'turn on point-in-time recovery of both tables, or make backups on demand in AWS',
  parse: (text) => {
    const [, tableName = '', query] = /^([^?]*)(?:\?(.*))?$/.exec(text) ?? []
    if (tableName === '') throw malformed(DYNAMODB, text)
    if (!TABLE_NAME.test(tableName)) {
      const rule = '3 to 255 letters, digits, "_", "." and "-"'
      throw new Error(`must name a table of ${rule}, got ${JSON.stringify(masked(tableName))}`)
    }
    return addressOf(tableName, query === undefined ? {} : parsedOptions(query, OPTIONS))
  },
}

type Given = GivenOptions<typeof OPTIONS>

function addressOf(tableName: string, given: Given): StoreAddress {
  const text = `dynamodb:${tableName}${optionsText(given)}`
  const { clockSkewMs = CLOCK_SKEW_DEFAULT_MS, ...limits } = given
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
    examine: async (nowMs) => {
      const { examine } = await import('./examination.ts')
      return examine({ tableName, ...limits }, { nowMs, skewMaxMs: clockSkewMs })
    },
  }
}
