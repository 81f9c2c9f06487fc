import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)

/** All JavaScript in a document, which is named by its path from the root. */
export function codeIn(document: string): readonly string[] {
  const content = readFileSync(fileURLToPath(new URL(document, ROOT)), 'utf8')
  return [...content.matchAll(/^```(?:js|javascript|mjs|ts|typescript|html)\n([\s\S]*?)^```$/gm)].map(
    ([, code = '']) => code,
  )
}

/** The piece of JavaScript with this text in a document. */
export function documentedCode(document: string, text: string): string {
  const [code, ...others] = codeIn(document).filter((block) => block.includes(text))
  if (code === undefined || others.length > 0) throw new Error(`${document} has no single code with ${text}`)
  return code
}
