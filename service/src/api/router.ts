import type { PathParams } from './http.ts'
import type { Method, Route } from './route.ts'

/** A path that is known, with the routes on it by method. */
export type Match = {
  readonly routes: ReadonlyMap<string, Route>
  readonly params: PathParams
}

/** A path's pattern, cut at its slashes; a parameter is what stands between braces. */
type Pattern = {
  readonly path: string
  readonly parts: readonly Part[]
  readonly routes: Map<Method, Route>
}

/** A fixed text, or the name of a parameter. */
type Part = { readonly text: string; readonly isParam: boolean }

const NO_PATTERNS: readonly Pattern[] = []

/**
 * Finds the routes on a path.
 *
 * Cut at the slashes as they came, before anything is decoded, so that an id may hold an encoded
 * slash, and an empty id is found and refused by name. A routing library would decode first, answer
 * an empty parameter with "not found", and forget which methods a path has.
 */
export class Router {
  readonly #byLength = new Map<number, Pattern[]>()

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#patternOf(route.path).routes.set(route.method, route)
  }

  /**
   * The routes on this path, or `undefined` if it is unknown. Parameters are still percent-encoded.
   * A path with a slash at its end is unknown: to take it for one with an empty id would answer
   * about another call.
   */
  find(path: string): Match | undefined {
    if (path.endsWith('/')) return undefined
    const parts = path.split('/')
    for (const pattern of this.#byLength.get(parts.length) ?? NO_PATTERNS) {
      const params = paramsIn(parts, pattern)
      if (params !== undefined) return { routes: pattern.routes, params }
    }
    return undefined
  }

  #patternOf(path: string): Pattern {
    const parts = path.split('/')
    const sameLength = this.#byLength.get(parts.length) ?? []
    this.#byLength.set(parts.length, sameLength)
    const known = sameLength.find((pattern) => pattern.path === path)
    if (known !== undefined) return known
    const pattern: Pattern = { path, parts: parts.map(partOf), routes: new Map() }
    sameLength.push(pattern)
    return pattern
  }
}

function partOf(text: string): Part {
  return text.startsWith('{') ? { text: text.slice(1, -1), isParam: true } : { text, isParam: false }
}

/** The parameters of a path, if it matches. One loop, because this runs for every request. */
function paramsIn(path: readonly string[], { parts }: Pattern): PathParams | undefined {
  const params: Record<string, string> = {}
  let index = 0
  for (const { text, isParam } of parts) {
    const given = path[index] ?? ''
    index += 1
    if (isParam) params[text] = given
    else if (given !== text) return undefined
  }
  return params
}
