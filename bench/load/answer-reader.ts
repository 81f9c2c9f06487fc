/** Reads the answers of one connection: only what a load generator has to know of them. */

const HEAD_END = Buffer.from('\r\n\r\n')
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i
/** `HTTP/1.1 200`: the status begins at the tenth byte. */
const STATUS_FROM = 9
const STATUS_TO = 12
const NO_CONTENT = 204

export class AnswerReader {
  readonly #answered: (status: number) => void
  #kept: Buffer | undefined
  /** Bytes of the body that are still to come. */
  #bodyLeft = 0
  #status = 0

  /** @param answered called with the status of each answer when its last byte is here. */
  constructor(answered: (status: number) => void) {
    this.#answered = answered
  }

  /**
   * Takes the next bytes of the connection. They may be reused afterwards.
   *
   * @throws {Error} if an answer does not say how long it is.
   */
  read(bytes: Buffer): void {
    let rest = this.#kept === undefined ? bytes : Buffer.concat([this.#kept, bytes])
    this.#kept = undefined
    while (rest.length > 0) {
      if (this.#bodyLeft > 0) {
        const taken = Math.min(this.#bodyLeft, rest.length)
        this.#bodyLeft -= taken
        rest = rest.subarray(taken)
      } else {
        const end = rest.indexOf(HEAD_END)
        if (end === -1) {
          this.#kept = Buffer.from(rest)
          return
        }
        this.#readHead(rest.toString('latin1', 0, end))
        rest = rest.subarray(end + HEAD_END.length)
      }
      if (this.#bodyLeft === 0) this.#answered(this.#status)
    }
  }

  #readHead(head: string): void {
    this.#status = Number(head.slice(STATUS_FROM, STATUS_TO))
    const [, length] = CONTENT_LENGTH.exec(head) ?? []
    if (length === undefined && this.#status !== NO_CONTENT) throw new Error(`No content-length in\n${head}`)
    this.#bodyLeft = Number(length ?? 0)
  }
}
