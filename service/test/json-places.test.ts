import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonPlaces, JsonSyntaxError } from '../src/text/json-places.ts'

describe('the places of a JSON text', () => {
  it('are those of names, elements and the whole, as editors count', () => {
    const places = new JsonPlaces('{\n  "a": [1,\n    {"b/c": null}],\r\n  "é": true }')
    expect(places.of('')).toEqual({ line: 1, column: 1 })
    expect(places.of('/a')).toEqual({ line: 2, column: 3 })
    expect(places.of('/a/0')).toEqual({ line: 2, column: 9 })
    expect(places.of('/a/1/b~1c')).toEqual({ line: 3, column: 6 })
    expect(places.of('/é')).toEqual({ line: 4, column: 3 })
  })

  it('of a missing value are those of the value that lacks it', () => {
    const places = new JsonPlaces('{\n "plans": {} }')
    expect(places.of('/plans/a/limits')).toEqual({ line: 2, column: 2 })
    expect(places.of('/defaultPlan')).toEqual({ line: 1, column: 1 })
  })

  it('tell which members are there twice, and are then those of the last', () => {
    const places = new JsonPlaces('{ "a": { "x": 1, "x": 2 },\n "a": { "x": 2, "\\u0078": 3 } }')
    expect(places.repeated).toEqual([
      { pointer: '/a/x', line: 1, column: 18 },
      { pointer: '/a', line: 2, column: 2 },
      { pointer: '/a/x', line: 2, column: 17 },
    ])
    expect(places.of('/a').line).toBe(2)
  })

  it.each([
    ['', { line: 1, column: 1 }, /a value/],
    ['{ "a": 1,\n }', { line: 2, column: 2 }, /a name in double quotes/],
    ['{ "a" 1 }', { line: 1, column: 7 }, /":"/],
    ['[1 2]', { line: 1, column: 4 }, /"," or "]"/],
    ['[1,\n2', { line: 2, column: 2 }, /"," or "]"/],
    ['{} x', { line: 1, column: 4 }, /the end/],
    ['[01]', { line: 1, column: 2 }, /a value/],
    ['["a\nb"]', { line: 1, column: 2 }, /a text that ends/],
    ["{'a': 1}", { line: 1, column: 2 }, /a name in double quotes/],
    ['// no\n{}', { line: 1, column: 1 }, /a value/],
    ['\ufeff{}', { line: 1, column: 1 }, /byte order mark/],
    ['[trues]', { line: 1, column: 2 }, /a value/],
  ])('of %j, which is not JSON, is where it stops being JSON: %j', (text, place, message) => {
    expect(syntaxErrorOf(text)).toMatchObject({ place, message: expect.stringMatching(message) })
  })

  it('are found in a text of any length, and never by unlimited recursion', () => {
    const long = 'x'.repeat(30_000_000)
    expect(new JsonPlaces(`{ "a": "${long}",\n "b": 1 }`).of('/b')).toEqual({ line: 2, column: 2 })
    expect(syntaxErrorOf(`["${long}\\"`)).toMatchObject({ place: { line: 1, column: 2 } })
    for (const open of ['[', '{"a":', '[{"":']) {
      const error = syntaxErrorOf(open.repeat(1_000_000))
      expect(error).toMatchObject({ message: 'nests too deeply', place: { line: 1 } })
    }
  })

  it('are found among many values under a long name', () => {
    const places = new JsonPlaces(`{ "${'n'.repeat(30_000)}": [${'0,\n'.repeat(100_000)}0] }`)
    const pointer = `/${'n'.repeat(30_000)}/99999`
    for (let count = 0; count < 10_000; count += 1) {
      expect(places.of(pointer)).toEqual({ line: 100_000, column: 1 })
    }
  })

  it('are found if JSON.parse finds a value, and only then', () => {
    const characters = fc.constantFrom(...Array.from('{}[],:"\\ae0.-+1 \n'), 'true', 'null', '"a"', '\\u00e9')
    const texts = fc.oneof(fc.string({ unit: characters, maxLength: 12 }), fc.json())
    fc.assert(
      fc.property(texts, (text) => {
        expect(syntaxErrorOf(text) === undefined, text).toBe(isJson(text))
      }),
      { numRuns: 3000, seed: 1 },
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function syntaxErrorOf(text: string): JsonSyntaxError | undefined {
  try {
    void new JsonPlaces(text)
    return undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error
    throw error
  }
}
