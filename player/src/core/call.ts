/** Calls to the service: with a time limit, and again with back-off while it cannot answer. */
import type { Host, HostResponse } from './host.ts'
import type { Latch } from './latch.ts'
import type { Problem } from './types.ts'

/** How often a start or a stop is sent while the service cannot answer. */
const ATTEMPTS_MAX = 5
/** The longest wait for one answer. */
const TIMEOUT_MS = 10_000
/** The wait before the first repetition. It doubles with each failure. */
const BACK_OFF_MS = 500
const BACK_OFF_MAX_MS = 30_000
/** A start or a stop does not wait longer than this for its repetition. */
const RETRY_AFTER_MAX_MS = 30_000

/** A call to the service. */
export type Call = {
  readonly method: string
  readonly url: string
  readonly body?: Readonly<Record<string, unknown>> | undefined
  readonly etag?: string | undefined
  /** Makes the token. If it fails or takes too long, there is no answer. */
  readonly token?: () => string | undefined | Promise<string | undefined>
  /** It outlives the page. */
  readonly keepalive?: boolean
}

/** An answer. `status` is 0 if there was none. */
export type Answer = {
  readonly status: number
  readonly retryAfterMs: number
  readonly etag?: string | undefined
  readonly body: Problem
}

/** Part of every place that a watch runs in, but not of the language. */
declare const AbortController: new () => { readonly signal: unknown; readonly abort: () => void }

/** Calls once. Never rejects. Something else than JSON, such as a hotel's page, is no answer. */
export async function callOnce(host: Host, call: Call): Promise<Answer> {
  const controller = new AbortController()
  let timer: unknown
  try {
    const timedOut = new Promise<never>((_resolve, reject) => {
      timer = host.setTimeout(() => {
        reject(new Error('No answer in time'))
        controller.abort()
      }, TIMEOUT_MS)
    })
    const answered = send(host, call, controller.signal)
    // After the time limit its failure is of no interest.
    answered.catch(() => {})
    return await Promise.race([answered, timedOut])
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { status: 0, retryAfterMs: 0, body: { status: 0, title: 'No answer', detail } }
  } finally {
    host.clearTimeout(timer)
  }
}

async function send(host: Host, call: Call, signal: unknown): Promise<Answer> {
  const { method, url, body, etag, keepalive = false } = call
  // Without a token the call is made at once, as a page that is left needs it.
  const made = call.token?.()
  const token = typeof made === 'object' ? await made : made
  const headers: Record<string, string> = {}
  if (body) headers['content-type'] = 'application/json'
  if (etag) headers['if-match'] = etag
  if (token) headers['authorization'] = `Bearer ${token}`
  const content = body && { body: JSON.stringify(body) }
  return read(await host.fetch(url, { method, headers, ...content, keepalive, signal }))
}

async function read(response: HostResponse): Promise<Answer> {
  const { status, headers } = response
  const isJson = /json/.test(headers.get('content-type') ?? '')
  if (status < 300 && status !== 204 && !isJson) throw new Error('Something else answered')
  return {
    status,
    retryAfterMs: 1000 * (Number(headers.get('retry-after')) || 0),
    etag: headers.get('etag') ?? undefined,
    body: { status, ...(isJson ? ((await response.json()) as object) : {}) },
  }
}

/** Waits. `end` ends the wait early. */
export type Waiting = { end?: () => void }

/**
 * Calls a bounded number of times while the service cannot answer. Resolves with the last answer.
 * `over` ends that, and the end of `waiting` is the next attempt.
 */
export async function callWithRetries(
  host: Host,
  { over, waiting }: { readonly over: Latch; readonly waiting?: Waiting },
  attempt: () => Promise<Answer>,
): Promise<Answer> {
  for (let failures = 1; ; failures += 1) {
    const answer = await attempt()
    const isLast = failures === ATTEMPTS_MAX || answer.retryAfterMs > RETRY_AFTER_MAX_MS
    if (over.isOpen || isLast || !isTemporary(answer)) return answer
    await new Promise<void>((resolve) => {
      const timer = host.setTimeout(resolve, pauseMs(host, failures, answer))
      const end = (): void => {
        host.clearTimeout(timer)
        resolve()
      }
      if (waiting) waiting.end = end
      void over.opened.then(end)
    })
    if (over.isOpen) return answer
  }
}

/** Whether the call did what it should. */
export function isDone({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

/** Whether the same call may succeed later: no answer, too many calls, or a failure. */
export function isTemporary({ status }: Answer): boolean {
  return status === 0 || status === 429 || status >= 500
}

/** What the service asks for, and a back-off with jitter, so that players stay apart. */
export function pauseMs(host: Host, failures: number, { retryAfterMs }: Answer): number {
  const backOffMs = Math.min(BACK_OFF_MS * 2 ** (failures - 1), BACK_OFF_MAX_MS)
  return retryAfterMs + backOffMs * (0.5 + host.random() / 2)
}
