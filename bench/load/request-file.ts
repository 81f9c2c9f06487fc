/**
 * Requests in a file, so that every load generator sends the same bytes and spends no time on
 * making them. Before each request stands its length, as four digits.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { callsOf, crowdOf, requestOf, type Crowd, type Mix } from './mixes.ts'

const LENGTH_DIGITS = 4

/** Writes the mix once for each viewer. */
export function writeRequests(file: string, mix: Mix, crowd: Crowd = crowdOf(mix)): void {
  const records = Array.from(callsOf(mix, crowd), (call) => {
    const request = requestOf(call)
    return String(request.length).padStart(LENGTH_DIGITS, '0') + request
  })
  writeFileSync(file, records.join(''), 'latin1')
}

/** The requests of a file, one after another, and then again from the first. */
export class Requests {
  readonly #bytes: Buffer
  #position: number

  /** @param position a byte offset that `position` gave before. */
  constructor(file: string, position = 0) {
    this.#bytes = readFileSync(file)
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  next(): Buffer {
    if (this.#position >= this.#bytes.length) this.#position = 0
    const from = this.#position + LENGTH_DIGITS
    this.#position = from + Number(this.#bytes.toString('latin1', from - LENGTH_DIGITS, from))
    return this.#bytes.subarray(from, this.#position)
  }
}
