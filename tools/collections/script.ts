import type { Call } from './call.ts'

/** How a program's own calls become the words in which the tests of the walk are written. */
export type Dialect = Readonly<Record<'status' | 'header' | 'body' | 'variable' | 'keep' | 'test', string>>

/** The script that checks an answer, line by line. It defines only the words that it needs. */
export function scriptOf({ tests, keeps }: Call, dialect: Dialect): readonly string[] {
  const lines = [
    ...Object.entries(tests).map(([says, code]) => `test(${JSON.stringify(says)}, () => {\n  ${code}\n})`),
    ...Object.entries(keeps).map(([name, expression]) => `keep(${JSON.stringify(name)}, ${expression})`),
  ]
  const words = Object.entries(dialect).filter(([word]) => new RegExp(`\\b${word}\\b`).test(lines.join('\n')))
  return [...words.map(([, definition]) => definition).filter(Boolean), ...lines].join('\n').split('\n')
}
