import type { PathParams } from './http.ts'
import type { Method, Route } from './route.ts'

/** A path that is known, with the routes on it by method. */
export type Match = {
  readonly routes: ReadonlyMap<string, Route>
  readonly params: PathParams
}

/** A path's pattern, cut at its slashes; a parameter is what stands between braces. */
type Pattern = { readonly parts: readonly string[]; readonly routes: Map<Method, Route> }

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
    const pattern = this.#byLength.get(parts.length)?.find((candidate) => isMatch(candidate.parts, parts))
    return pattern && { routes: pattern.routes, params: paramsOf(pattern.parts, parts) }
  }

  #patternOf(path: string): Pattern {
    const parts = path.split('/')
    const sameLength = this.#byLength.get(parts.length) ?? []
    this.#byLength.set(parts.length, sameLength)
    const known = sameLength.find((pattern) => pattern.parts.join('/') === path)
    if (known !== undefined) return known
    const pattern: Pattern = { parts, routes: new Map() }
    sameLength.push(pattern)
    return pattern
  }
}

function isMatch(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.every((part, index) => part.startsWith('{') || part === parts[index])
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): PathParams {
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith('{')) params[part.slice(1, -1)] = parts[index] ?? ''
  }
  return params
}
