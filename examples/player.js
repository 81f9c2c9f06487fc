/**
 * A player's side of Streamgate, in plain browser JavaScript.
 *
 * Every playback has an id of its own, a UUID, so two tabs of one film are two streams and neither
 * can end the other. Runs in Chrome 103, Firefox 100, Safari 16 and later, on pages from https or
 * localhost.
 */

/** How often a start or a stop is sent while the service cannot answer. */
const ATTEMPTS_MAX = 5
/** The longest wait for one answer. */
const TIMEOUT_MS = 10_000
/** The wait before the first repetition. It doubles with each failure. */
const BACK_OFF_MS = 500
const BACK_OFF_MAX_MS = 30_000
/** A start or a stop does not wait longer than this for its repetition. */
const RETRY_AFTER_MAX_MS = 30_000
/** The interval if an answer holds none that can be read. */
const HEARTBEAT_DEFAULT_MS = 25_000
/** How often the player looks whether a heartbeat is due. */
const TICK_MS = 1000

/** One viewer's playback of one film, from its start to its stop. */
export class Playback {
  #streams
  #stream
  #onEnd
  /** What is being started, or plays. */
  #run
  /** The id of a start that got no answer. It may hold a slot, so the next start repeats it. */
  #unansweredId

  /**
   * `service` and `user` say where to call. `contentId`, `deviceId`, `deviceType` and `label` are
   * optional.
   *
   * `onEnd` is called with the problem (RFC 9457) if the player may not play, or may not play on:
   * stop it, and show the problem. Its `status` is 0 if the service could not be reached.
   */
  constructor({ service, user, onEnd, ...stream }) {
    this.#streams = `${service}/users/${encodeURIComponent(user)}/streams`
    this.#stream = stream
    this.#onEnd = onEnd
  }

  /**
   * Resolves with whether the player may play. If not, `onEnd` was told why, unless `stop` was
   * called. `replaces` is the id of a stream to end in the same step: "stop that one and watch here".
   */
  start({ replaces } = {}) {
    this.#run ??= this.#begin(replaces)
    return this.#run.isGranted
  }

  /** Frees the slot. Resolves once it is free, or after the last attempt if there is no answer. */
  async stop() {
    const run = this.#run
    if (run === undefined) return
    this.#leave(run)
    await run.isGranted // A start under way can still take a slot.
    await callWithRetries(`${run.url}/stop`, { keepalive: true })
  }

  #begin(replaces) {
    const streamId = this.#unansweredId ?? crypto.randomUUID()
    const { deviceId } = this.#stream
    const id = deviceId === undefined ? streamId : `${streamId}@${deviceId}`
    const over = new AbortController()
    const run = {
      url: `${this.#streams}/${encodeURIComponent(id)}`,
      over,
      calledAtMs: Date.now(),
      failures: 0,
    }
    addEventListener('pagehide', () => this.#leavePage(run), { signal: over.signal })
    run.isGranted = this.#ask(run, { ...this.#stream, streamId, replaces })
    return run
  }

  async #ask(run, stream) {
    const { signal } = run.over
    this.#unansweredId = undefined
    const answer = await callWithRetries(this.#streams, { body: stream, signal })
    if (signal.aborted) return false
    if (!isDone(answer)) {
      if (isTemporary(answer)) this.#unansweredId = stream.streamId
      this.#end(run, answer.body)
      return false
    }
    run.waitMs = heartbeatMs(answer)
    const timer = setInterval(() => this.#heartbeatIfDue(run), TICK_MS)
    signal.addEventListener('abort', () => clearInterval(timer))
    return true
  }

  /**
   * The clock says when a heartbeat is due, because timers stand still while a device sleeps. So a
   * player that slept asks as soon as it wakes. A wait below 0 means that the clock was set back.
   *
   * Only 409 and 410 end the playback. After anything else, a 400 or 401 too, the viewer watches on
   * and the heartbeat is repeated with back-off, every 30 s at most.
   */
  async #heartbeatIfDue(run) {
    const waitedMs = Date.now() - run.calledAtMs
    const isDue = run.waitMs !== null && (waitedMs >= run.waitMs || waitedMs < 0)
    if (!isDue || run.isCalling) return
    run.isCalling = true
    run.calledAtMs = Date.now()
    const answer = await call(run.url, { method: 'PUT', body: this.#stream })
    run.isCalling = false
    if (run.over.signal.aborted) return
    if (answer.status === 409 || answer.status === 410) return this.#end(run, answer.body)
    run.failures = isDone(answer) ? 0 : run.failures + 1
    run.waitMs = isDone(answer)
      ? heartbeatMs(answer)
      : Date.now() - run.calledAtMs + pauseMs(run.failures, answer)
  }

  /** A page that comes back from the back-forward cache starts again. */
  #leavePage(run) {
    this.#leave(run)
    navigator.sendBeacon(`${run.url}/stop`)
    addEventListener('pageshow', ({ persisted }) => persisted && this.start(), { once: true })
  }

  #end(run, problem) {
    this.#leave(run)
    this.#onEnd(problem)
  }

  /** Nothing is sent for it any more, except its stop. */
  #leave(run) {
    run.over.abort()
    this.#run = undefined
  }
}

/**
 * Calls a bounded number of times while the service cannot answer. Resolves with the last answer:
 * `status` and `body`. Never rejects: without an answer, the status is 0.
 */
export async function callWithRetries(url, { signal, ...request }) {
  for (let failures = 1; ; failures += 1) {
    const answer = await call(url, request)
    const isLast = failures === ATTEMPTS_MAX || answer.retryAfterMs > RETRY_AFTER_MAX_MS
    if (isLast || !isTemporary(answer)) return answer
    await pause(pauseMs(failures, answer), signal)
    if (signal?.aborted) return answer
  }
}

/** One call, of which the same holds. */
async function call(url, { method = 'POST', body: sent, keepalive = false }) {
  try {
    const response = await fetch(url, {
      method,
      keepalive,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(sent !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(sent),
      }),
    })
    const { status } = response
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    if (response.ok && status !== 204 && !isJson) throw new Error('Something else answered in its place.')
    const retryAfterMs = 1000 * (Number(response.headers.get('retry-after')) || 0)
    const body = (isJson ? await response.json() : null) ?? { status, title: response.statusText }
    return { status, retryAfterMs, body }
  } catch (error) {
    return { status: 0, retryAfterMs: 0, body: { status: 0, title: 'No answer', detail: error.message } }
  }
}

function isDone({ status }) {
  return status >= 200 && status < 300
}

/** Whether the same call may succeed later: no answer, too many calls, or a failure. */
function isTemporary({ status }) {
  return status === 0 || status === 429 || status >= 500
}

/** The interval that the newest answer asks for; null means that no heartbeats are wanted. */
function heartbeatMs({ body: { heartbeatSeconds: seconds } }) {
  if (seconds === null) return null
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : HEARTBEAT_DEFAULT_MS
}

/** What the service asks for, and a back-off with jitter, so that players do not return together. */
function pauseMs(failures, { retryAfterMs }) {
  const backOffMs = Math.min(BACK_OFF_MS * 2 ** (failures - 1), BACK_OFF_MAX_MS)
  return retryAfterMs + backOffMs * (0.5 + Math.random() / 2)
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
    signal?.addEventListener('abort', resolve)
  })
}
