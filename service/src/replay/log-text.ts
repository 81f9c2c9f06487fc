/**
 * The text of a log, piece by piece, whether or not it is compressed.
 */
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** A gzip file begins so (RFC 1952). */
const GZIP = [0x1f, 0x8b] as const

/** How much is uncompressed at once. */
const CHUNK_BYTES = 1 << 18

/** What is told while a log is read. */
export type LogTextEvents = {
  /** So many bytes of the file were read. */
  readonly onBytes: (bytes: number) => void
  /** The compressed data end early, or are damaged. What came before is read. */
  readonly onCutShort: () => void
}

/** The text of a log that is compressed if it begins like a gzip file, whatever its name. */
export async function* logText(
  input: Readable,
  { onBytes, onCutShort }: LogTextEvents,
): AsyncGenerator<string> {
  const pieces = counted(input, onBytes)
  const first = await pieces.next()
  if (first.done === true) return
  const whole = withFirst(first.value, pieces)
  if (!isGzip(first.value)) {
    yield* decoded(whole)
    return
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  const source = Readable.from(whole, { objectMode: false })
  source.on('error', (error) => gunzip.destroy(error))
  source.pipe(gunzip)
  try {
    yield* decoded(gunzip as AsyncIterable<Buffer>)
  } catch (error) {
    if (!isDamage(error)) throw error
    onCutShort()
  } finally {
    source.destroy()
    input.destroy()
  }
}

async function* counted(input: Readable, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of input as AsyncIterable<Buffer>) {
    onBytes(piece.length)
    yield piece
  }
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

async function* decoded(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true })
}

function isGzip(piece: Buffer): boolean {
  return GZIP.every((byte, index) => piece[index] === byte)
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
