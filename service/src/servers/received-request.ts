import { IncomingMessage } from 'node:http'
import { READ_BYTES_MAX } from '../api/http.ts'

/** Takes a request's body: `undefined` if it has none. */
type TakeBody = (body: Uint8Array | undefined) => void

/**
 * A request that keeps its body as it arrives, up to one byte more than is allowed.
 *
 * Node's parser hands each piece to `push`. The buffers, ticks and events of a stream would cost
 * more than the decision on the body, which is nearly always one small piece.
 */
export class ReceivedRequest extends IncomingMessage {
  // Tells Node's server that there is nothing left to drain after the answer.
  _consuming = true
  readonly #pieces: Uint8Array[] = []
  #length = 0
  #isWhole = false
  #takeBody: TakeBody | undefined

  /**
   * Whether it names one host, as HTTP/1.1 asks (RFC 9112, section 3.2). Node shows only the first.
   */
  get hasRightHost(): boolean {
    const { rawHeaders, httpVersion } = this
    let hosts = 0
    for (let at = 0; at < rawHeaders.length; at += 2) if (isHost(rawHeaders[at] ?? '')) hosts += 1
    return hosts === 1 || (hosts === 0 && httpVersion === '1.0')
  }

  /**
   * Hands the body over once: when it is complete or too long, or at once if the method has none.
   */
  onBody(takeBody: TakeBody): void {
    if (!this.#mayHaveBody()) takeBody(undefined)
    else if (this.#isWhole) takeBody(this.#body())
    else this.#takeBody = takeBody
  }

  override push(piece: Uint8Array | null): boolean {
    if (this.#isWhole) return true
    if (piece !== null) {
      this.#pieces.push(piece)
      this.#length += piece.length
    }
    if (piece === null || this.#length > READ_BYTES_MAX) {
      this.#isWhole = true
      this.#takeBody?.(this.#body())
    }
    return true
  }

  #body(): Uint8Array | undefined {
    return this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : this.#pieces[0]
  }

  #mayHaveBody(): boolean {
    return this.method !== 'GET' && this.method !== 'HEAD' && this.method !== 'DELETE'
  }
}

function isHost(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'host'
}
