/** A template of paths, such as `/films/{contentId}/`: the path of everything of one content. */
export type PathTemplate = { readonly before: string; readonly after: string }

const TEMPLATE = /^(\/(?:[\w.~-]+\/)*)\{contentId\}(\/(?:[\w.~-]+\/)*)$/

/**
 * A way to name a parent folder, or to hide a slash. Servers disagree about what such a path means.
 */
const UNSURE = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|\\|%00/i

/** @throws {Error} with what is wrong, as "must …". */
export function parsePathTemplate(text: string): PathTemplate {
  const [, before, after] = TEMPLATE.exec(text) ?? []
  if (before !== undefined && after !== undefined) return { before, after }
  throw new Error(
    `must be a path with {contentId} as one of its parts and a slash at its end, such as /films/{contentId}/, got ${JSON.stringify(text)}`,
  )
}

/** The beginning of all paths of this content. */
export function pathOf({ before, after }: PathTemplate, contentId: string): string {
  return before + encodeURIComponent(contentId) + after
}

/** Whether this path, still percent-encoded and without a query, is one of this content. */
export function isPathOf(template: PathTemplate, contentId: string | undefined, path: string): boolean {
  if (contentId === undefined || contentId === '' || UNSURE.test(path)) return false
  return path.startsWith(pathOf(template, contentId))
}
