/**
 * The player's side of Streamgate: starts a stream, keeps it by heartbeats, and stops it.
 *
 * Nothing here rejects or throws once a watch was made. What cannot be done is an answer or an
 * event.
 */
import { deniedBy, lostBy, problemName, STOPPED_ANSWER, takenByTab } from './answers.ts'
import { callOnce, callWithRetries, isDone, isTemporary, pauseMs, type Answer } from './call.ts'
import { newId } from './device-id.ts'
import { Events } from './events.ts'
import type { Host } from './host.ts'
import { newLatch, type Latch } from './latch.ts'
import { newRun, noteHeld, sureTag, type Run } from './run.ts'
import { Service } from './service.ts'
import type { Denied, StartResult, Stream, WatchEvents, WatchOptions, WatchState } from './types.ts'

/** How often a watch looks whether a heartbeat is due. A device that slept asks that soon. */
const TICK_MS = 1000
/** The name of a claim that only tells other pages of a start. */
const ANY_STREAM = 'any'

/** The streams to end in the same step as a start. */
export type StartOptions = { readonly replaces?: readonly string[] | undefined }

/** One viewer's playback. It can be started again after each end. */
export class Watch {
  readonly #host: Host
  readonly #service: Service
  /** As the application named it. */
  readonly #streamId: string | undefined
  readonly #events: Events
  #run: Run | undefined
  #stopped = Promise.resolve()
  /** Ends the repetitions of the last stop. */
  #stopOver: Latch | undefined
  /** The id of a start that got no answer. It may hold a slot, so the next start repeats it. */
  #unansweredId: string | undefined
  /** The page was left while it watched, and starts again if it comes back. */
  #endAway: (() => void) | undefined

  constructor(host: Host, options: WatchOptions) {
    this.#host = host
    this.#service = new Service(host, options)
    this.#streamId = options.streamId
    this.#events = new Events(host)
  }

  /** Where it stands. A new object after each change. */
  get state(): WatchState {
    return this.#events.state
  }

  /** Calls back at each event of this name. Returns a function that ends that. */
  on<Name extends keyof WatchEvents>(
    name: Name,
    listener: (detail: WatchEvents[Name]) => unknown,
  ): () => void {
    return this.#events.on(name, listener)
  }

  /**
   * Asks for a slot and holds it until `stop`. Resolves with whether the player may play. While it
   * watches already, a start resolves with the same again.
   */
  start(options: StartOptions = {}): Promise<StartResult> {
    return (this.#run ?? this.#begin(options, false)).started
  }

  /**
   * Frees the slot. Resolves once it is free, or after the last attempt if there is no answer. No
   * call is made after that.
   */
  stop(): Promise<void> {
    const run = this.#run
    this.#endAway?.()
    if (run) {
      this.#leave(run, { phase: 'idle' })
      this.#stopOver = newLatch()
      this.#stopped = this.#free(run, this.#stopOver)
    }
    return this.#stopped
  }

  #begin({ replaces }: StartOptions, isReturn: boolean): Run {
    this.#endAway?.()
    const run = newRun()
    this.#run = run
    run.asked = this.#ask(run, replaces?.length ? replaces : undefined)
    run.started = Promise.race([run.asked, run.over.opened]).then((answer) =>
      this.#judge(run, run.over.isOpen || !answer ? STOPPED_ANSWER : answer, isReturn),
    )
    this.#events.set({ phase: 'starting' })
    return run
  }

  /** Sends the start. A stop of the same stream that is under way ends first. */
  async #ask(run: Run, replaces: readonly string[] | undefined): Promise<Answer> {
    const service = this.#service
    run.unlisten = this.#host.listen?.({
      onLeave: () => this.#leavePage(run),
      onWake: (isUrgent) => this.#wake(run, isUrgent),
    })
    if (this.#streamId) {
      this.#stopOver?.open()
      await this.#stopped
    }
    await service.findDeviceId()
    if (run.over.isOpen) return STOPPED_ANSWER
    const streamId = this.#streamId ?? this.#unansweredId ?? newId(this.#host)
    this.#unansweredId = undefined
    run.streamId = streamId
    run.url = service.urlOf('streams', service.leaseIdOf(streamId))
    const body = { ...service.description, streamId, replaces }
    const answer = await callWithRetries(this.#host, run, () => {
      run.calledAtMs = this.#host.now()
      return service.call({ method: 'POST', url: service.urlOf('streams'), body }, run)
    })
    if (isDone(answer)) {
      const { id } = answer.body
      if (typeof id === 'string') run.url = service.urlOf('streams', id)
      noteHeld(run, answer)
    } else if (!isTemporary(answer)) run.mayHold = false
    return answer
  }

  #judge(run: Run, answer: Answer, isReturn: boolean): StartResult {
    if (isDone(answer)) return { admitted: this.#admit(run, answer) }
    const denied = this.#denied(answer)
    if (answer === STOPPED_ANSWER) return denied
    if (isTemporary(answer)) this.#unansweredId = run.streamId
    if (isReturn) this.#lose(run, answer)
    else {
      this.#leave(run, { phase: 'idle', denied })
      this.#events.emit('denied', denied)
    }
    return denied
  }

  #admit(run: Run, { body }: Answer): Stream {
    const stream = body as unknown as Stream
    const claim = this.#host.claim?.(this.#streamId ? run.url : ANY_STREAM)
    if (this.#streamId) run.claim = claim
    this.#tick(run)
    this.#events.set({ phase: 'watching', stream, isDegraded: stream.degraded })
    this.#events.emit('admitted', stream)
    if (stream.degraded) this.#events.emit('degraded', body)
    return stream
  }

  #tick(run: Run): void {
    run.timer = this.#host.setTimeout(() => {
      this.#tick(run)
      this.#wake(run)
    }, TICK_MS)
  }

  /**
   * The clock says when a heartbeat is due, because timers stand still while a device sleeps. A
   * wait below 0 means that the clock was set back.
   */
  #wake(run: Run, isUrgent?: boolean): void {
    if (isUrgent) run.waiting.end?.()
    if (run.claim && !run.claim.isMine()) return this.#lose(run, takenByTab(run.url))
    const waitedMs = this.#host.now() - run.calledAtMs
    const { waitMs } = run
    // There is an interval only once it was admitted, and none if no heartbeats are wanted.
    const isDue = waitMs && (waitedMs >= (isUrgent ? TICK_MS : waitMs) || waitedMs < 0)
    if (isDue && !run.isCalling) void this.#beat(run)
  }

  /** Only 409 and 410 end the playback. After anything else the viewer watches on. */
  async #beat(run: Run): Promise<void> {
    const { url } = run
    const etag = sureTag(run, this.#host.now())
    run.isCalling = true
    run.calledAtMs = this.#host.now()
    const answer = await this.#service.call(
      { method: 'PUT', url, body: this.#service.description, etag },
      run,
    )
    run.isCalling = false
    if (run.over.isOpen) return
    if (answer.status === 409 || answer.status === 410) return this.#lose(run, answer)
    const { stream, isDegraded } = this.state
    const isHeld = isDone(answer)
    const newest = isHeld ? (answer.body as unknown as Stream) : stream
    const isNowDegraded = !isHeld || newest?.degraded === true
    if (isHeld) noteHeld(run, answer)
    else {
      run.failures += 1
      run.waitMs = this.#host.now() - run.calledAtMs + pauseMs(this.#host, run.failures, answer)
    }
    this.#events.set({ phase: 'watching', stream: newest, isDegraded: isNowDegraded })
    if (isNowDegraded && !isDegraded) this.#events.emit('degraded', answer.body)
    if (isDegraded && !isNowDegraded && newest) this.#events.emit('recovered', newest)
  }

  #lose(run: Run, answer: Answer): void {
    const takeOver = (replaces: readonly string[]) => this.start({ replaces })
    const lost = lostBy(answer, { denied: this.#denied(answer), deviceId: this.#service.deviceId, takeOver })
    this.#leave(run, { phase: 'idle', lost })
    this.#events.emit('lost', lost)
  }

  /** A page that comes back from the back-forward cache starts again. */
  #leavePage(run: Run): void {
    const { beacon, listen } = this.#host
    this.#leave(run, { phase: 'idle' })
    const { token } = this.#service
    const { mayHold, isTaken, stopQuery = '', url } = run
    if (mayHold && !isTaken && ((token && !stopQuery) || !beacon?.(`${url}/stop${stopQuery}`)))
      void callOnce(this.#host, { method: 'DELETE', url, token: () => token, keepalive: true })
    const unlisten = listen?.({ onReturn: () => void this.#begin({}, true) })
    this.#endAway = () => {
      this.#endAway = undefined
      unlisten?.()
    }
  }

  /** Frees the slot that a playback may hold. A start under way can still take one. */
  async #free(run: Run, over: Latch): Promise<void> {
    await run.asked
    if (!run.mayHold || run.isTaken) return
    const { url, etag } = run
    const call = { method: 'DELETE', url, etag, keepalive: true }
    await callWithRetries(this.#host, { over }, () => this.#service.call(call))
  }

  /** No call is made for it any more, except its stop. */
  #leave(run: Run, state: WatchState): void {
    if (run.claim && !run.claim.isMine()) run.isTaken = true
    else run.claim?.release()
    run.over.open()
    this.#host.clearTimeout(run.timer)
    run.unlisten?.()
    this.#run = undefined
    this.#events.set(state)
  }

  #denied(answer: Answer): Denied {
    return deniedBy(answer, async (ids) => {
      const isDevices = problemName(answer.body) === 'device-limit-reached'
      if (isDevices) await this.#service.removeDevices(ids, answer)
      return this.start(isDevices ? {} : { replaces: ids })
    })
  }
}
