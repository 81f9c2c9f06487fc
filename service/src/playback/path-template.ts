/**
 * A template of paths, such as `/films/{contentId}/`, cut at its slashes: the path of everything of
 * one content.
 */
export type PathTemplate = { readonly text: string; readonly parts: readonly string[] }

const CONTENT_ID = '{contentId}'
const TEMPLATE = /^\/(?:[\w.~-]+\/)*\{contentId\}\/(?:[\w.~-]+\/)*$/

/**
 * A way to name a parent folder, or to hide a slash. Servers disagree about what such a path means.
 */
const UNSURE = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|\\|%00/i

/** @throws {Error} with what is wrong, as "must …". */
export function parsePathTemplate(text: string): PathTemplate {
  if (TEMPLATE.test(text)) return { text, parts: text.slice(0, -1).split('/') }
  throw new Error(
    `must be a path with {contentId} as one of its parts and a slash at its end, such as /films/{contentId}/, got ${JSON.stringify(text)}`,
  )
}

/** The beginning of all paths of this content. */
export function pathOf({ text }: PathTemplate, contentId: string): string {
  return text.replace(CONTENT_ID, () => encodeURIComponent(contentId))
}

/** Whether this path, still percent-encoded and without a query, is one of this content. */
export function isPathOf({ parts }: PathTemplate, contentId: string | undefined, path: string): boolean {
  if (contentId === undefined || contentId === '' || UNSURE.test(path)) return false
  const given = path.split('/')
  const isSame = parts.every((part, index) =>
    part === CONTENT_ID ? decoded(given[index]) === contentId : given[index] === part,
  )
  return isSame && given.length > parts.length
}

function decoded(part = ''): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
