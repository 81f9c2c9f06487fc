/** Numbers texts from 1 in the order in which they come. 0 stands for none. */
export class Texts {
  readonly #numbers = new Map<string, number>()
  readonly #texts: string[] = ['']
  readonly #max: number

  /** @param max the highest number. All later texts get it, and are called "others". */
  constructor(max = Infinity) {
    this.#max = max
  }

  get count(): number {
    return this.#texts.length - 1
  }

  numberOf(text: string | undefined): number {
    if (text === undefined) return 0
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    if (this.#texts.length > this.#max) return this.#max
    const number = this.#texts.push(this.#texts.length === this.#max ? '(others)' : text) - 1
    this.#numbers.set(text, number)
    return number
  }

  /** The text of a number. Empty for 0. */
  textOf(number: number): string {
    return this.#texts[number] ?? ''
  }
}

const BASIS = [0x81_1c_9d_c5, 0x1b_87_35_93] as const
const PRIMES = [0x01_00_01_93, 0x85_eb_ca_6b] as const
const HIGH_BITS = 0x1f_ff_ff
const TWO_TO_32 = 2 ** 32

/**
 * A hash of 53 bits, never 0: two FNV-1a of 32 bits side by side. It tells the leases of one user
 * apart.
 */
export function hashNumber(text: string): number {
  let low: number = BASIS[0]
  let high: number = BASIS[1]
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, PRIMES[0])
    high = Math.imul(high ^ code, PRIMES[1])
  }
  return (high & HIGH_BITS) * TWO_TO_32 + (low >>> 0) || 1
}

/** A hash of 32 bits, never 0. It tells the devices of one user apart. */
export function shortHash(text: string): number {
  return hashNumber(text) % TWO_TO_32 || 1
}
