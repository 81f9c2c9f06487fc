/**
 * Tables in documents that programs make from the sources, between two comments.
 */
import { readFileSync } from 'node:fs'

/** A document as it is, and as it should be. */
export type Document = { readonly path: string; readonly written: string; readonly expected: string }

/**
 * A document in which these rows stand between two comments, the head first.
 *
 * @param name names the comments: `<!-- name: … -->` above the table, `<!-- end of name -->` below.
 */
export function documentWith(path: string, name: string, rows: readonly (readonly string[])[]): Document {
  const written = readFileSync(path, 'utf8')
  const [head = [], ...body] = rows
  const lines = [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`)
  const between = new RegExp(`(?<=<!-- ${name}: .* -->\n)([^]*?)(?=<!-- end of ${name} -->)`)
  const [before = '', , after = ''] = written.split(between)
  return { path, written, expected: `${before}\n${lines.join('\n')}\n\n${after}` }
}
