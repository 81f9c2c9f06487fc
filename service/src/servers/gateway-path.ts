/**
 * The app's path inside the path of an event. A stage, the base path of a custom domain, or the key
 * of an API mapping can be in front of it. What the gateway matched tells which part is the app's.
 */

/** The app's path, and the prefix in front of it. Both are percent-encoded. */
export type PlacedPath = { readonly path: string; readonly prefix: string }

/** A path as a REST API gives it, and what the API matched it with. */
export type RestPath = {
  /**
   * Percent-encoded as the caller sent it. Without the stage, with the base path of a custom
   * domain.
   */
  readonly path: string
  /** The path as the caller sent it. */
  readonly whole: string
  /** Such as `/users/{userId}/streams`, or `/{proxy+}`. */
  readonly template: string | undefined
  readonly parameters: Parameters
}

/** A path as an HTTP API gives it, and what the API matched it with. */
export type HttpPath = {
  /** Decoded, with the stage or the key of the mapping in front. */
  readonly path: string
  readonly stage: string
  /** Such as `/users/{userId}/streams`. Absent if `$default` matched. */
  readonly template: string | undefined
  /** Decoded. */
  readonly parameters: Parameters
}

type Parameters = Readonly<Record<string, string | undefined>>

/** The last parts of the path, as many as the template has. */
export function placeRestPath({ path, whole, template, parameters }: RestPath): PlacedPath {
  const length = template === undefined ? undefined : lengthOf(template, path, parameters)
  const own = length === undefined ? path : lastParts(path, length)
  return { path: own, prefix: prefixOf(whole, own) }
}

/**
 * The template with its parameters in it. An HTTP API hands both over decoded, so an id with a
 * slash can be told from two parts of the path only by the template. Without one there is just the
 * path, behind the stage.
 */
export function placeHttpPath({ path, stage, template, parameters }: HttpPath): PlacedPath {
  if (template === undefined || template.includes('+}')) {
    const prefix = stage !== '$default' && isBelow(path, `/${stage}`) ? `/${stage}` : ''
    return { path: encodeParts(path.slice(prefix.length)) || '/', prefix }
  }
  const fill = (encode: (value: string) => string): string =>
    template.replace(/\{(\w+)\}/g, (_match, name: string) => encode(parameters[name] ?? ''))
  return {
    path: fill((value) => encodeURIComponent(value.toWellFormed())),
    prefix: encodeParts(
      prefixOf(
        path,
        fill((value) => value),
      ),
    ),
  }
}

/**
 * The path of a function URL, which comes as the caller sent it: what is encoded stays so, and the
 * rest becomes it.
 */
export function placeUrlPath(path: string): PlacedPath {
  const encoded = path
    .toWellFormed()
    .replace(/%(?![0-9a-f]{2})|[^%]+/gi, (text) => (text === '%' ? '%25' : encodeParts(text)))
  return { path: encoded, prefix: '' }
}

/** How many parts of the path the template matches. `undefined` if it does not match. */
function lengthOf(template: string, path: string, parameters: Parameters): number | undefined {
  const fixed = partsOf(template)
  const greedy = /\{(\w+)\+\}$/.exec(template)?.[1]
  if (greedy === undefined) return fixed.length
  const rest = parameters[greedy] ?? ''
  const parts = partsOf(path)
  for (let length = 1; length <= parts.length; length += 1) {
    const tail = parts.slice(-length).join('/')
    if (tail === rest || decoded(tail) === rest) return fixed.length - 1 + length
  }
  return undefined
}

function lastParts(path: string, length: number): string {
  if (length === 0) return '/'
  return `/${partsOf(path).slice(-length).join('/')}${path.endsWith('/') ? '/' : ''}`
}

/**
 * The parts of a path. Empty parts count, except one after a slash at the end. An empty id is a
 * part.
 */
function partsOf(path: string): string[] {
  const inner = path.replace(/^\/|\/$/g, '')
  return inner === '' ? [] : inner.split('/')
}

/**
 * What is in front of the app's path in the whole path. Empty if the whole path does not end with
 * it.
 */
function prefixOf(whole: string, own: string): string {
  const [all, end] = own === '/' ? [whole.replace(/\/$/, ''), ''] : [whole, own]
  return all.endsWith(end) ? all.slice(0, all.length - end.length) : ''
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}

function encodeParts(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/')
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
