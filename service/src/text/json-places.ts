/**
 * The places of the values in a JSON text. `JSON.parse` gives a text's values but not their places,
 * and for a text that is not JSON it gives a place only sometimes.
 */
import { escapePointer } from '@streamgate/core'

/** A place in a text as editors count: both from 1, columns in UTF-16 units. */
export type Place = { readonly line: number; readonly column: number }

/** A member whose name stands in its object a second time. */
export type RepeatedMember = { readonly pointer: string } & Place

/** Deeper than any sensible file. The reader calls itself for each level. */
const DEPTH_MAX = 200

const BLANK = /[ \t\n\r]*/y
/**
 * A text between its quotes, in pieces. One expression for all of it would need a stack as long as
 * the text.
 */
const PLAIN_CHARACTERS = /[ !#-[\]-\uffff]+/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const PLAIN_VALUE = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y

/** Thrown for a text that is not JSON, with the place of the first wrong character. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

/**
 * The place of a value, and of its parts. A value without parts is only an offset. Parts are known
 * by their own names and not by whole pointers, which would take more memory than the text if a
 * name in them is long.
 */
type Spot = number | { readonly at: number; readonly parts: ReadonlyMap<string, Spot> | readonly Spot[] }

/** The places of all members and elements of one JSON text. */
export class JsonPlaces {
  readonly #text: string
  readonly #root: Spot
  readonly #repeated: { readonly pointer: string; readonly at: number }[] = []
  /** Where each line begins. Computed when the first place is asked for. */
  #lineStarts: readonly number[] | undefined
  #at = 0

  /** @throws {JsonSyntaxError} if the text is not JSON (RFC 8259). */
  constructor(text: string) {
    this.#text = text
    if (text.startsWith('\ufeff')) this.#fail('begins with a byte order mark; save it without')
    this.#root = this.#element('', 0)
    this.#skip(BLANK)
    if (this.#at < text.length) this.#fail('the end was expected')
  }

  /** The members whose name is in their object already, each at its own place. The last counts. */
  get repeated(): readonly RepeatedMember[] {
    return this.#repeated.map(({ pointer, at }) => ({ pointer, ...this.#placeAt(at) }))
  }

  /**
   * The place of a pointer's value: a member at its name, a missing one at the object that lacks
   * it.
   */
  of(pointer: string): Place {
    let spot = this.#root
    for (const name of pointer.split('/').slice(1)) {
      const part = partOf(spot, name)
      if (part === undefined) break
      spot = part
    }
    return this.#placeAt(typeof spot === 'number' ? spot : spot.at)
  }

  #element(pointer: string, depth: number): Spot {
    this.#skip(BLANK)
    return this.#value(this.#at, { pointer, depth })
  }

  #value(at: number, value: Value): Spot {
    if (value.depth > DEPTH_MAX) this.#fail('nests too deeply')
    this.#skip(BLANK)
    const first = this.#text[this.#at]
    if (first === '{') return { at, parts: this.#object(value) }
    if (first === '[') return { at, parts: this.#list(value) }
    if (first === '"') this.#name('a text that ends was expected')
    else if (!this.#skip(PLAIN_VALUE)) this.#fail('a value was expected')
    return at
  }

  #object({ pointer, depth }: Value): ReadonlyMap<string, Spot> {
    const members = new Map<string, Spot>()
    this.#members('}', () => {
      this.#skip(BLANK)
      const start = this.#at
      const name = escapePointer(JSON.parse(this.#name('a name in double quotes was expected')) as string)
      const member = `${pointer}/${name}`
      if (members.has(name)) this.#repeated.push({ pointer: member, at: start })
      this.#skip(BLANK)
      if (!this.#take(':')) this.#fail('":" was expected')
      members.set(name, this.#value(start, { pointer: member, depth: depth + 1 }))
    })
    return members
  }

  #list({ pointer, depth }: Value): readonly Spot[] {
    const elements: Spot[] = []
    this.#members(']', () => {
      elements.push(this.#element(`${pointer}/${elements.length}`, depth + 1))
    })
    return elements
  }

  /** From the opening bracket to the closing one, with commas between. */
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
    if (!this.#take('"')) this.#fail(wanted)
    while (this.#skip(PLAIN_CHARACTERS) || this.#skip(ESCAPE));
    if (this.#take('"')) return this.#text.slice(start, this.#at)
    this.#at = start
    return this.#fail(wanted)
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
    this.#lineStarts ??= lineStartsIn(this.#text)
    let line = 0
    let end = this.#lineStarts.length
    while (end - line > 1) {
      const middle = (line + end) >>> 1
      if ((this.#lineStarts[middle] ?? 0) <= offset) line = middle
      else end = middle
    }
    return { line: line + 1, column: offset - (this.#lineStarts[line] ?? 0) + 1 }
  }
}

/** A value that is being read: its pointer, and its depth. */
type Value = { readonly pointer: string; readonly depth: number }

function partOf(spot: Spot, name: string): Spot | undefined {
  if (typeof spot === 'number') return undefined
  const { parts } = spot
  return Array.isArray(parts)
    ? (parts as readonly Spot[])[Number(name)]
    : (parts as ReadonlyMap<string, Spot>).get(name)
}

function lineStartsIn(text: string): readonly number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}
