import { createHash, createHmac, hash } from 'node:crypto'

/** The block of SHA-256, in bytes. */
const BLOCK = 64
const DIGEST = 32
/** Longer texts take the longer way. */
const SHORT_BYTES_MAX = 1024
/** UTF-8 has at most so many bytes for each unit of a JavaScript string. */
const BYTES_PER_UNIT = 3

/**
 * The HMAC-SHA-256 (RFC 2104) of short texts, by two digests of memory that is used again. It takes
 * a third of the time of `createHmac`, which makes and frees a context for each text.
 */
export class TextMac {
  readonly #key: string
  readonly #inner = Buffer.alloc(BLOCK + SHORT_BYTES_MAX)
  readonly #outer = Buffer.alloc(BLOCK + DIGEST)

  constructor(key: string) {
    this.#key = key
    const bytes = Buffer.from(key)
    const block = Buffer.alloc(BLOCK)
    if (bytes.length > BLOCK) createHash('sha256').update(bytes).digest().copy(block)
    else bytes.copy(block)
    for (let at = 0; at < BLOCK; at += 1) {
      const byte = block[at] ?? 0
      this.#inner[at] = byte ^ 0x36
      this.#outer[at] = byte ^ 0x5c
    }
  }

  /** In base64url: 43 characters. */
  of(text: string): string {
    if (text.length * BYTES_PER_UNIT > SHORT_BYTES_MAX) {
      return createHmac('sha256', this.#key).update(text).digest('base64url')
    }
    const length = this.#inner.write(text, BLOCK)
    this.#outer.write(hash('sha256', this.#inner.subarray(0, BLOCK + length)), BLOCK, 'hex')
    return hash('sha256', this.#outer, 'base64url')
  }
}
