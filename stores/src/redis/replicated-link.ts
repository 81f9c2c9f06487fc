import { LimiterError } from '@streamgate/core'
import type { RedisPlace } from './address.ts'
import { REQUEST_TIMEOUT_DEFAULT_MS, RedisLink } from './redis-link.ts'

/** So much of a call's time limit may be spent in waiting for replicas. */
const WAIT_SHARE = 0.5

/**
 * A connection for writes that replicas must have before they are acknowledged. It is one of its
 * own, because a connection answers nothing else while it waits.
 */
export class ReplicatedLink {
  readonly #link: RedisLink
  readonly #replicas: number
  readonly #waitMs: number

  constructor(place: RedisPlace, replicas: number) {
    this.#link = new RedisLink(place)
    this.#replicas = replicas
    this.#waitMs = Math.ceil((place.options.requestTimeoutMs ?? REQUEST_TIMEOUT_DEFAULT_MS) * WAIT_SHARE)
  }

  /**
   * Makes a write and waits for its replicas, in one round trip.
   *
   * @throws {LimiterError} as a `RedisLink`, and `STORE_UNAVAILABLE` if too few replicas have the
   *   write. It may be lost then, or not.
   */
  async call(send: Parameters<RedisLink['call']>[0]): Promise<unknown> {
    const replicas = this.#replicas
    const [answer, reached] = await this.#link.call((redis) =>
      Promise.all([send(redis), redis.wait(replicas, this.#waitMs)]),
    )
    if (reached >= replicas) return answer
    throw new LimiterError('STORE_UNAVAILABLE', 'Too few replicas have the start', {
      cause: new Error(`${reached} of ${replicas} replicas have the write`),
      facts: { replicas, reached },
    })
  }

  close(): Promise<void> {
    return this.#link.close()
  }
}
