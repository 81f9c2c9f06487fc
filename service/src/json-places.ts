/**
 * Where the values of a JSON text stand. `JSON.parse` says what a text holds, but not where, and of a text that
 * is none it names a place only sometimes.
 */
import { escapePointer } from '@streamgate/core'

/** A place in a text as editors count: both from 1, columns in UTF-16 units. */
export type Place = { readonly line: number; readonly column: number }

/** Deeper than any sensible file: the reader calls itself for each level. */
const DEPTH_MAX = 200

const BLANK = /[ \t\n\r]*/y
const TEXT = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const PLAIN_VALUE = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y

/** Thrown for a text that is not JSON, with the place of the first character that cannot stand there. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

/** The places of all members and elements of one JSON text. */
export class JsonPlaces {
  readonly #text: string
  readonly #offsets = new Map<string, number>()
  readonly #repeated: string[] = []
  #at = 0

  /** @throws {JsonSyntaxError} where the text is not JSON (RFC 8259). */
  constructor(text: string) {
    this.#text = text
    if (text.startsWith('\ufeff')) this.#fail('begins with a byte order mark; save it without')
    this.#element('', 0)
    this.#skip(BLANK)
    if (this.#at < text.length) this.#fail('the end was expected')
  }

  /** Pointers of members that stand in one object twice: the last of them is the one that holds. */
  get repeated(): readonly string[] {
    return this.#repeated
  }

  /** Where the value of a pointer stands: a member at its name; what is missing, at the object it is missing from. */
  of(pointer: string): Place {
    const offset = this.#offsets.get(pointer)
    return offset === undefined && pointer !== ''
      ? this.of(pointer.slice(0, pointer.lastIndexOf('/')))
      : this.#placeAt(offset ?? 0)
  }

  #element(pointer: string, depth: number): void {
    this.#skip(BLANK)
    this.#offsets.set(pointer, this.#at)
    this.#value(pointer, depth)
  }

  #value(pointer: string, depth: number): void {
    if (depth > DEPTH_MAX) this.#fail('nests too deeply')
    this.#skip(BLANK)
    const first = this.#text[this.#at]
    if (first === '{') this.#object(pointer, depth)
    else if (first === '[') this.#list(pointer, depth)
    else if (first === '"') this.#name('a text that ends was expected')
    else if (!this.#skip(PLAIN_VALUE)) this.#fail('a value was expected')
  }

  #object(pointer: string, depth: number): void {
    const names = new Set<string>()
    this.#members('}', () => {
      this.#skip(BLANK)
      const start = this.#at
      const name = escapePointer(JSON.parse(this.#name('a name in double quotes was expected')) as string)
      const member = `${pointer}/${name}`
      if (names.has(name)) this.#repeated.push(member)
      names.add(name)
      this.#offsets.set(member, start)
      this.#skip(BLANK)
      if (!this.#take(':')) this.#fail('":" was expected')
      this.#value(member, depth + 1)
    })
  }

  #list(pointer: string, depth: number): void {
    let index = 0
    this.#members(']', () => {
      this.#element(`${pointer}/${index}`, depth + 1)
      index += 1
    })
  }

  /** From the bracket that opens to the one that closes, with commas between. */
  #members(end: string, readOne: () => void): void {
    this.#at += 1
    this.#skip(BLANK)
    if (this.#take(end)) return
    while (true) {
      readOne()
      this.#skip(BLANK)
      if (this.#take(end)) return
      if (!this.#take(',')) this.#fail(`"," or "${end}" was expected`)
    }
  }

  #name(wanted: string): string {
    const start = this.#at
    if (!this.#skip(TEXT)) this.#fail(wanted)
    return this.#text.slice(start, this.#at)
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  #fail(message: string): never {
    throw new JsonSyntaxError(message, this.#placeAt(this.#at))
  }

  #placeAt(offset: number): Place {
    const before = this.#text.slice(0, offset).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
}
