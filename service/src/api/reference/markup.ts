/**
 * HTML from descriptions, and pages around it.
 */
import { STYLE } from './style.ts'

/** A page of its own. It runs no script and loads nothing. */
export function pageOf(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escape(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`
}

/** A text as HTML that shows it. Attributes must be in double quotes. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A description as HTML: plain text with `code` and **strong** in it. */
export function proseOf(text: string): string {
  return escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
}

/** A heading with a link to itself. */
export function headingOf(level: 2 | 3, id: string, html: string): string {
  return `<h${level}><a href="#${id}">${html}</a></h${level}>`
}

/** The badge of a status, coloured by its class. */
export function statusBadge(status: number | string): string {
  return `<span class="status s${String(status).charAt(0)}">${status}</span>`
}

/** The badge of a method. */
export function methodBadge(method: string): string {
  return `<span class="method ${method.toLowerCase()}">${method}</span>`
}

/** A block of code with a caption. Long lines scroll inside it, by keyboard too. */
export function codeBlock(caption: string, html: string): string {
  return `<figure><figcaption>${caption}</figcaption><pre tabindex="0" aria-label="${escape(caption.replace(/<[^>]*>/g, ''))}"><code>${html}</code></pre></figure>`
}

/** A value as indented JSON, its keys and texts marked for colour. */
export function jsonHtml(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .split('\n')
    .map((line) => {
      const [, indent = '', key = '', rest = ''] = /^(\s*)("(?:[^"\\]|\\.)*": )?(.*)$/.exec(line) ?? []
      const text = rest.startsWith('"') ? `<i>${escape(rest)}</i>` : escape(rest)
      return `${indent}${key === '' ? '' : `<b>${escape(key.slice(0, -2))}</b>: `}${text}`
    })
    .join('\n')
}

/**
 * A table of two columns, from rows of two cells. It leaves out the end tags that HTML lets one
 * leave out.
 */
export function tableOf(
  head: readonly [string, string],
  rows: readonly (readonly [string, string])[],
): string {
  const body = rows.map(([one, other]) => `<tr><td>${one}<td>${other}`)
  return `<table><thead><tr><th>${head[0]}<th>${head[1]}<tbody>${body.join('')}</table>`
}
