/**
 * Reads the text of a policy file, and of nothing else. A device, a pipe or the wrong file may
 * never end.
 */
import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'

/** The largest policy, in bytes. A policy of a thousand plans has a tenth of it. */
export const POLICY_BYTES_MAX = 1_000_000

/** Without this, opening a named pipe would wait for a writer. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/** @throws {Error} with what is wrong, as "it …", or in the system's words. */
export async function readPolicyText(path: string): Promise<string> {
  const file = await open(path, FLAGS)
  try {
    assertRegular(await file.stat())
    return textOf(await buffer(file.createReadStream({ end: POLICY_BYTES_MAX, autoClose: false })))
  } finally {
    await file.close()
  }
}

/** The same synchronously, for a start that can do nothing before. */
export function readPolicyTextSync(path: string): string {
  const file = openSync(path, FLAGS)
  try {
    assertRegular(fstatSync(file))
    const bytes = Buffer.alloc(POLICY_BYTES_MAX + 1)
    let length = 0
    let read: number
    do {
      read = readSync(file, bytes, length, bytes.length - length, null)
      length += read
    } while (read > 0 && length < bytes.length)
    return textOf(bytes.subarray(0, length))
  } finally {
    closeSync(file)
  }
}

/** The content of a stream, such as standard input. */
export async function readPolicyStream(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length > POLICY_BYTES_MAX) break
  }
  return textOf(Buffer.concat(chunks))
}

function assertRegular(stats: Stats): void {
  if (!stats.isFile()) throw new Error('it is not a regular file')
}

function textOf(bytes: Buffer): string {
  if (bytes.length > POLICY_BYTES_MAX) throw new Error(`it has more than ${POLICY_BYTES_MAX} bytes`)
  const text = bytes.toString('utf8')
  if (isUtf8(bytes)) return text
  const read = Buffer.from(text)
  throw new Error(
    `it is not UTF-8: see its byte ${bytes.findIndex((byte, at) => byte !== read[at])}, counted from 0`,
  )
}
