import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The code in `docs/players.md` whose first line is a comment with this file name. */
export function documentedCode(fileName: string): string {
  const text = readFileSync(fileURLToPath(new URL('../../docs/players.md', import.meta.url)), 'utf8')
  const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  const code = blocks.find((block) => block.startsWith(`// ${fileName}\n`))
  if (code === undefined) throw new Error(`docs/players.md has no ${fileName}`)
  return code
}
