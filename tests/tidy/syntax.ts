/** What the house rules need to know of a source beyond its text. */
import { parseSync } from 'oxc-parser'

/** A node of a syntax tree, as far as the rules look at it. */
export type Node = {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly params?: unknown[]
}

/** The functions of a source with more than 50 lines or more than three parameters. */
export function tooLargeFunctions(path: string, text: string): string[] {
  const found: string[] = []
  walk(parseSync(path, text).program, (node) => {
    if (!/^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return
    const lines = text.slice(node.start, node.end).split('\n').length
    const place = `${path}:${lineAt(text, node.start)}`
    if (lines > 50) found.push(`${place} has ${lines} lines`)
    if ((node.params?.length ?? 0) > 3) found.push(`${place} has ${node.params?.length} parameters`)
  })
  return found
}

/** Visits every node of a syntax tree, parents first. */
export function walk(value: unknown, visit: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && typeof value.type === 'string') visit(value as Node)
  for (const child of Object.values(value)) walk(child, visit)
}

/** The number of the line that holds this offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/**
 * Exported functions and classes without a comment above them. The name of a type or a constant may
 * say enough.
 */
export function undocumentedExports(text: string): string[] {
  const declarations = text.matchAll(/(?<above>\*\/\n)?^export (?:async )?(?:function|class) (?<name>\w+)/gm)
  return [...declarations].flatMap(({ groups }) =>
    groups?.['above'] === undefined ? [groups?.['name'] ?? ''] : [],
  )
}
