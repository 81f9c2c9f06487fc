/** A route with a path in API Gateway's words: `/users/{userId}/streams`, `/{proxy+}`. */
export type Routed = { readonly path: string }

export type Match<Route> = { readonly route: Route; readonly parameters: Readonly<Record<string, string>> }

/**
 * The route that API Gateway takes for a path. A literal part is preferred to a parameter, and both
 * to `{proxy+}`. Parameters are percent-encoded, as they came.
 */
export function matchRoute<Route extends Routed>(
  routes: readonly Route[],
  path: string,
): Match<Route> | undefined {
  const parts = partsOf(path)
  const matches = routes.flatMap((route) => {
    const parameters = parametersIn(partsOf(route.path), parts)
    return parameters === undefined ? [] : [{ route, parameters }]
  })
  return matches.toSorted((one, other) => rankOf(other.route.path).localeCompare(rankOf(one.route.path)))[0]
}

function partsOf(path: string): string[] {
  return path === '/' ? [] : path.split('/').slice(1)
}

function parametersIn(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {}
  for (const [index, piece] of pattern.entries()) {
    const name = /^\{(\w+)(\+?)\}$/.exec(piece)
    const part = parts[index]
    if (part === undefined || part === '') return undefined
    if (name?.[2] === '+') return { ...parameters, [name[1] ?? '']: parts.slice(index).join('/') }
    if (name !== null) parameters[name[1] ?? ''] = part
    else if (piece !== part) return undefined
  }
  return pattern.length === parts.length ? parameters : undefined
}

/** Texts that sort as routes rank, part by part. */
function rankOf(path: string): string {
  return partsOf(path)
    .map((piece) => (piece.endsWith('+}') ? '0' : piece.startsWith('{') ? '1' : '2'))
    .join('')
}
