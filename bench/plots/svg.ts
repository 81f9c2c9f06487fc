/** What all pictures share: a page, a style for light and dark, and text. */

const STYLE = [
  'text{font:12px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2933}',
  '.page{fill:#fff}.head{font-weight:600}.small{font-size:10.5px;fill:#52606d}.end{text-anchor:end}',
  '.middle{text-anchor:middle}.grid{stroke:#e4e7eb}.one{stroke:#52606d;stroke-dasharray:3 3}',
  '.ours{fill:#2563a8}.peer{fill:#9aa5b1}.line{stroke:#1f2933;stroke-width:1.3;fill:none}',
  '.ours.line{stroke:#2563a8}.peer.line{stroke:#9aa5b1}.inside{font-size:11px;fill:#14181d}',
  '@media(prefers-color-scheme:dark){text{fill:#e4e7eb}.page{fill:#14181d}.small{fill:#9aa5b1}',
  '.grid{stroke:#2b343e}.one{stroke:#9aa5b1}.ours{fill:#6cb0f5}.peer{fill:#66717c}.line{stroke:#e4e7eb}',
  '.ours.line{stroke:#6cb0f5}.peer.line{stroke:#66717c}.inside{fill:#14181d}}',
].join('')

/** A picture of this size. `title` is read out to people who cannot see it. */
export function picture(
  { width, height, title }: { width: number; height: number; title: string },
  elements: readonly string[],
): string {
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="title">`,
    `<title id="title">${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...elements,
    '</svg>\n',
  ].join('\n')
}

/** A piece of text with its left end, its middle or its right end at `x`. */
export function label(x: number, y: number, { text, kind = '' }: { text: string; kind?: string }): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escape(text)}</text>`
}

/** A coordinate, as exact as can be seen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** The text as XML takes it. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
