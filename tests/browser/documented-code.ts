import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)

/** The one piece of JavaScript in a document, named by its path from the root, that contains this text. */
export function documentedCode(document: string, text: string): string {
  const content = readFileSync(fileURLToPath(new URL(document, ROOT)), 'utf8')
  const blocks = [...content.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  const [code, ...others] = blocks.filter((block) => block.includes(text))
  if (code === undefined || others.length > 0) throw new Error(`${document} has no single code with ${text}`)
  return code
}
