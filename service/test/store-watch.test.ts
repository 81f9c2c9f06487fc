/** What the log says of a store that goes away, at exact milliseconds. */
import { LimiterError } from '@streamgate/core'
import pino from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { StoreWatch } from '../src/store/store-watch.ts'

const GONE = new LimiterError('STORE_UNAVAILABLE', 'gone')
const SLOW = new LimiterError('STORE_TIMED_OUT', 'slow')

type Line = { readonly msg: string; readonly err?: { readonly message: string } }

let nowMs = 0
let lines: Line[] = []
let watch: StoreWatch

beforeEach(() => {
  nowMs = 1000
  lines = []
  const options = {
    base: null,
    timestamp: false,
    formatters: { level: (level: string) => ({ level }) },
    serializers: { err: ({ message }: Error) => ({ message }) },
  } as const
  const logger = pino(options, { write: (line: string) => lines.push(JSON.parse(line) as Line) })
  watch = new StoreWatch({ logger, monotonicMs: () => nowMs })
})

function fail(error: unknown = GONE): void {
  watch.called({ verb: 'add', failed: true, error })
}

function answer(): void {
  watch.called({ verb: 'read', failed: false })
}

const messages = () => lines.map(({ msg }) => msg)

describe('a store that fails', () => {
  it('has one line with the reason of the first failure, however many follow', () => {
    for (let call = 0; call < 1000; call += 1) fail(call === 0 ? SLOW : GONE)
    expect(lines).toEqual([
      { level: 'error', msg: 'store unavailable', err: { message: 'slow' }, verb: 'add' },
    ])
  })

  it('has one more line a minute with the count, and the reason of the last failure', () => {
    fail()
    nowMs += 59_999
    fail()
    expect(messages()).toEqual(['store unavailable'])
    nowMs += 1
    fail(SLOW)
    const facts = { err: { message: 'slow' }, verb: 'add', failures: 3, seconds: 60 }
    expect(lines.slice(1)).toEqual([{ level: 'error', msg: 'store still unavailable', ...facts }])
    nowMs += 59_999
    fail()
    expect(lines).toHaveLength(2)
  })

  it('is back once it answers, and has not failed for five seconds', () => {
    fail()
    nowMs += 2000
    fail()
    nowMs += 4999
    answer()
    expect(messages()).toEqual(['store unavailable'])
    nowMs += 1
    answer()
    const facts = { failures: 2, seconds: 2 }
    expect(lines.slice(1)).toEqual([{ level: 'info', msg: 'store available again', ...facts }])
    answer()
    expect(lines).toHaveLength(2)
  })

  it('is not back while it answers some calls and fails others', () => {
    for (let call = 0; call < 100; call += 1) {
      nowMs += 500
      answer()
      if (call % 5 === 0) fail()
    }
    expect(messages()).toEqual(['store unavailable'])
  })

  it('has lines of its own if it goes away again', () => {
    for (let outage = 0; outage < 2; outage += 1) {
      fail()
      nowMs += 5000
      answer()
    }
    expect(messages()).toEqual([
      'store unavailable',
      'store available again',
      'store unavailable',
      'store available again',
    ])
  })
})

describe('what is not the store’s failure', () => {
  it('has no line here', () => {
    fail(new LimiterError('STORE_CLOSED', 'closed'))
    fail(new TypeError('a fault of the service'))
    answer()
    expect(lines).toEqual([])
  })
})
