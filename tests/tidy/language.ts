/** The rules of plain English that a machine can check. */
import { parseSync } from 'oxc-parser'
import { lineAt, walk, type Node } from './syntax.ts'

/** Words for people to read: a comment, the title of a test, or a document without its code. */
export type Prose = { readonly place: string; readonly text: string }

/** Words that an engineer on the team next door would not write, and what to write instead. */
const BANNED: readonly { readonly word: RegExp; readonly instead: string }[] = [
  { word: /\bnobody\b/i, instead: 'say what is missing: "no user", "no call"' },
  { word: /\bwho(?:m)?ever\b/i, instead: 'name who: "every caller", "the process that"' },
  { word: /\blest\b/i, instead: '"so that … not"' },
  { word: /\banew\b/i, instead: '"again"' },
  { word: /\bof (?:ours|theirs)\b/i, instead: '"our own", "their own", or the name of the owner' },
  { word: /\bso-manieth\b/i, instead: 'the name of the number: "the nth", "`count`"' },
  { word: /\bfor ever\b/i, instead: '"forever"' },
  { word: /\b(?:where|there)(?:of|in|upon)\b|\b[wt]hence\b/i, instead: 'a sentence of its own' },
  { word: /\balbeit\b/i, instead: '"although"' },
]

/** Longer lines are hard to read. */
const COMMENT_COLUMNS_MAX = 100

/** The comments of a source, and the titles of its tests. */
export function proseOf(path: string, text: string): Prose[] {
  const { comments, program } = parseSync(path, text)
  const found = comments.map(({ start, end }) => ({ start, text: text.slice(start, end) }))
  walk(program, (node) => {
    const title = titleOf(node)
    if (title !== undefined) found.push({ start: title.start, text: text.slice(title.start, title.end) })
  })
  return found.map((each) => ({ place: `${path}:${lineAt(text, each.start)}`, text: each.text }))
}

/** The texts of several words in a source. Most are sentences for people, such as messages. */
export function messagesOf(path: string, text: string): Prose[] {
  const found: Prose[] = []
  walk(parseSync(path, text).program, (node) => {
    const isText = node.type === 'Literal' || node.type === 'TemplateElement'
    const words = text.slice(node.start, node.end)
    if (isText && words.includes(' '))
      found.push({ place: `${path}:${lineAt(text, node.start)}`, text: words })
  })
  return found
}

/** The lines of a document, without its code. */
export function proseOfDocument(path: string, text: string): Prose[] {
  let isCode = false
  return text.split('\n').flatMap((line, index) => {
    const isFence = line.trimStart().startsWith('```')
    if (isFence) isCode = !isCode
    return isFence || isCode ? [] : [{ place: `${path}:${index + 1}`, text: line.replace(/`[^`]*`/g, '`') }]
  })
}

/** The banned words in a text, each with its place and its alternative. */
export function bannedWordsIn({ place, text }: Prose): string[] {
  return BANNED.flatMap(({ word, instead }) => {
    const found = word.exec(text)?.[0]
    return found === undefined ? [] : [`${place}: "${found}": write ${instead}`]
  })
}

/**
 * The lines of comments that are too long. A comment behind code may be as long as its line, and an
 * address cannot be broken.
 */
export function longCommentLines(path: string, text: string): string[] {
  const lines = text.split('\n')
  return parseSync(path, text).comments.flatMap(({ start, end }) => {
    const first = lineAt(text, start)
    const isBehindCode = text.slice(text.lastIndexOf('\n', start) + 1, start).trim() !== ''
    if (isBehindCode) return []
    return lines
      .slice(first - 1, lineAt(text, end))
      .flatMap((line, index) =>
        line.length > COMMENT_COLUMNS_MAX && !line.includes('https://')
          ? [`${path}:${first + index} has ${line.length} columns`]
          : [],
      )
  })
}

/** How often a pattern occurs, for every 1,000 words. */
export function perThousandWords(prose: readonly Prose[], pattern: RegExp): number {
  const count = (each: RegExp) => prose.reduce((sum, { text }) => sum + (text.match(each)?.length ?? 0), 0)
  return (1000 * count(pattern)) / count(/\p{L}+/gu)
}

type Call = Node & { readonly callee: Node; readonly arguments: readonly Node[] }

/** The title that a call gives to a test or a group of tests. */
function titleOf(node: Node): Node | undefined {
  if (node.type !== 'CallExpression') return undefined
  const { callee, arguments: given } = node as Call
  const title = given[0]
  const isText = title?.type === 'Literal' || title?.type === 'TemplateLiteral'
  return isText && /^(?:it|describe|test|clause)$/.test(nameOf(callee)) ? title : undefined
}

/** `it` of `it(…)`, of `it.each(…)(…)`, and of `it.each(…).skip(…)`. */
function nameOf(callee: Node): string {
  const {
    name,
    callee: inner,
    object,
  } = callee as Node & {
    readonly name?: string
    readonly callee?: Node
    readonly object?: Node
  }
  const next = inner ?? object
  return name ?? (next === undefined ? '' : nameOf(next))
}
