/**
 * Tests a deployment as a caller would: one start, one refusal and one stop for a made-up user, who
 * is erased afterwards.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { SmokeTestFailed } from './endings.ts'
import { tell } from './tell.ts'

/** What is tested, and how it admits callers. */
export type Deployed = {
  /** With the stage, without a slash at its end. */
  readonly url: string
  readonly apiKey: string | undefined
  readonly isAskingForTokens: boolean
}

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

/** A new API or a new role takes a while to be known everywhere. */
const READY_WITHIN_MS = 90_000
const READY_PAUSE_MS = 1_000
const CALL_TIMEOUT_MS = 30_000

/** A refusal is only tested under limits up to this one, because it needs that many starts. */
const LIMIT_MAX = 10

/** How often a call is repeated that a usage plan throttles, and after how long. */
const THROTTLED_MAX = 5
const THROTTLED_PAUSE_MS = 1_500

/** @throws {SmokeTestFailed} with the call that got a wrong answer. */
export async function smokeTest(deployed: Deployed): Promise<void> {
  const smoke = new SmokeTest(deployed)
  await smoke.untilReady()
  if (deployed.isAskingForTokens) {
    await smoke.expect('POST /users/smoke-test/streams', [401], { streamId: 'smoke-test' })
    tell('It answers, and asks for tokens: without one, no stream was tried')
    return
  }
  const user = `/users/smoke-test-${randomUUID()}`
  const erased = (): Promise<unknown> => smoke.expect(`DELETE ${user}`, [204])
  try {
    tell(await smoke.watch(user))
  } catch (error) {
    // Report the first fault.
    await erased().catch(() => {})
    throw error
  }
  await erased()
}

class SmokeTest {
  readonly #deployed: Deployed

  constructor(deployed: Deployed) {
    this.#deployed = deployed
  }

  async untilReady(): Promise<void> {
    const giveUpAtMs = performance.now() + READY_WITHIN_MS
    for (;;) {
      const answer = await this.#ask('GET /readyz').catch((error: unknown) => reasonOf(error))
      if (typeof answer !== 'string' && answer.status === 200) return
      if (performance.now() > giveUpAtMs) {
        throw new SmokeTestFailed(
          `GET /readyz is answered by ${typeof answer === 'string' ? answer : answer.status}`,
        )
      }
      await pause(READY_PAUSE_MS)
    }
  }

  /**
   * Starts as many streams as may run, one more, and that one again after a stop. Returns what
   * happened.
   */
  async watch(user: string): Promise<string> {
    const start = (number: number, statuses: readonly number[]): Promise<Answer> =>
      this.expect(`POST ${user}/streams`, statuses, { streamId: `smoke-test-${number}` })
    const limit = Number((await start(1, [201])).body['limit'])
    if (limit > LIMIT_MAX) {
      await this.expect(`DELETE ${user}/streams/smoke-test-1`, [204])
      return `A start and a stop are answered; a refusal was not tried, since ${limit} streams may run`
    }
    for (let number = 2; number <= limit; number += 1) await start(number, [201])
    const { status } = await start(limit + 1, [201, 409])
    await this.expect(`DELETE ${user}/streams/smoke-test-1`, [204])
    if (status === 201)
      return `Starts and a stop are answered; the policy lets stream ${limit + 1} of ${limit} in as well`
    await start(limit + 1, [201])
    return `A start, a refusal (stream ${limit + 1} of ${limit}) and a stop are answered as they should be`
  }

  /** The answer to a call, which must have one of these statuses. */
  async expect(line: string, statuses: readonly number[], body?: object): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#ask(line, body).catch((error: unknown) => {
        throw new SmokeTestFailed(`${line} is not answered: ${reasonOf(error)}`)
      })
      if (statuses.includes(answer.status)) return answer
      if (answer.status !== 429 || attempt === THROTTLED_MAX) {
        const { type, detail } = answer.body
        throw new SmokeTestFailed(
          `${line} is answered by ${[answer.status, type, detail].filter(Boolean).join(' ')}, and not by ${statuses.join(' or ')}`,
        )
      }
      await pause(THROTTLED_PAUSE_MS)
    }
  }

  async #ask(line: string, body?: object): Promise<Answer> {
    const [method = '', path = ''] = line.split(' ')
    const { url, apiKey } = this.#deployed
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(apiKey !== undefined && { 'x-api-key': apiKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, body: isJson ? (JSON.parse(text) as Answer['body']) : {} }
  }
}

/** Why a call failed on its way. fetch itself only says that it did. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  return cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error)
}
