import { malformed, type StoreAddress, type StoreEngine } from '../engine.ts'

/** Clocks in a cloud agree within milliseconds, so this is ample. */
const CLOCK_SKEW_DEFAULT_MS = 2000
const CLOCK_SKEW_MS_MAX = 60_000

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
    const [, tableName = '', skew] = /^([^?]*)(?:\?clockSkewMs=(.*))?$/.exec(text) ?? []
    if (!TABLE_NAME.test(tableName)) throw malformed(DYNAMODB, text)
    return addressOf(tableName, skew === undefined ? CLOCK_SKEW_DEFAULT_MS : parseClockSkew(skew))
  },
}

function addressOf(tableName: string, clockSkewMs: number): StoreAddress {
  const query = clockSkewMs === CLOCK_SKEW_DEFAULT_MS ? '' : `?clockSkewMs=${clockSkewMs}`
  const text = `dynamodb:${tableName}${query}`
  return {
    engine: DYNAMODB,
    text,
    absoluteText: text,
    clockSkewMs,
    isThere: () => true,
    identity: () => undefined,
    open: async () => {
      const { DynamoDbStore } = await import('./dynamodb-store.ts')
      return new DynamoDbStore({ tableName })
    },
  }
}

function parseClockSkew(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (value <= CLOCK_SKEW_MS_MAX) return value
  throw new Error(`must have a clockSkewMs from 0 to ${CLOCK_SKEW_MS_MAX}, got ${JSON.stringify(text)}`)
}
