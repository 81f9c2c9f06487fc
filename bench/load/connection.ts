import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'

const READ_BYTES = 65_536

/** One connection of a client, with one request under way at most. */
export class Connection {
  readonly #socket: Socket
  /** When the time of the request under way began. */
  sinceMs = 0
  /** When the last one was answered. */
  freeSinceMs = 0

  constructor(port: number, answered: (connection: Connection, status: number) => void) {
    const reader = new AnswerReader((status) => answered(this, status))
    const read = (length: number, buffer: Uint8Array) => {
      reader.read(Buffer.from(buffer.buffer, buffer.byteOffset, length))
      return true
    }
    const onread = { buffer: Buffer.allocUnsafe(READ_BYTES), callback: read }
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread })
  }

  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve)
      this.#socket.once('error', reject)
    })
  }

  send(request: Buffer, sinceMs: number): void {
    this.sinceMs = sinceMs
    this.#socket.write(request)
  }

  end(): void {
    this.#socket.destroy()
  }
}
