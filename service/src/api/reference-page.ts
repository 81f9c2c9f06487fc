/**
 * The reference as a page to read: one document, no script, nothing loaded from elsewhere.
 */
import type { ProblemType } from './problem.ts'
import type { OpenApiContent, OpenApiDocument, OpenApiOperation } from './openapi-document.ts'

type JsonSchema = Readonly<Record<string, unknown>>
type NamedProblemType = ProblemType & { readonly type: string }

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent) }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem }
h1 { line-height: 1.2 } h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1.5rem } h3 { margin-bottom: .3rem }
code, pre { font: 14px/1.5 ui-monospace, monospace } pre { background: var(--soft); padding: .8rem 1rem; overflow-x: auto; border-radius: 6px }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem } th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600 } .method { font-weight: 700; margin-right: .6rem } a { color: inherit } nav li { margin: .15rem 0 } .quiet { opacity: .75 }
`

const TAG_TITLES: Readonly<Record<string, string>> = {
  viewers: 'For players',
  operators: 'For operators',
  public: 'Probes and documentation',
}

/** The whole reference. */
export function renderReference(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const sections = Object.entries(TAG_TITLES).map(([tag, title]) => {
    const ofTag = operations.filter(({ operation }) => operation.tags.includes(tag))
    return `<h2>${title}</h2>${ofTag.map((one) => renderOperation(one)).join('')}`
  })
  const { title, version, description } = document.info
  return renderPage(
    title,
    `<h1>${escape(title)} <span class="quiet">${escape(version)}</span></h1>
${description
  .split('\n\n')
  .map((paragraph) => `<p>${renderText(paragraph)}</p>`)
  .join('')}
<p>The same as a document for tools: <a href="openapi.json">OpenAPI 3.1</a>. Every error: <a href="problems">the kinds of problem</a>.</p>
<nav><ul>${operations.map(renderLink).join('')}</ul></nav>
${sections.join('')}
<h2>Bodies</h2>
${Object.entries(document.components.schemas)
  .map(([name, schema]) => renderSchema(name, schema))
  .join('')}`,
  )
}

/** Every kind of problem on one page. */
export function renderProblems(all: readonly NamedProblemType[]): string {
  const title = 'Kinds of problem'
  return renderPage(title, `<h1>${title}</h1>${all.map(renderProblemSection).join('')}`)
}

/** One kind of problem. */
export function renderProblem(one: NamedProblemType): string {
  return renderPage(one.title, renderProblemSection(one))
}

type PlacedOperation = {
  readonly path: string
  readonly method: string
  readonly operation: OpenApiOperation
}

function renderLink({ path, method, operation }: PlacedOperation): string {
  return `<li><a href="#${operation.operationId}"><code>${method} ${escape(path)}</code></a> ${escape(operation.summary)}</li>`
}

function renderOperation({ path, method, operation }: PlacedOperation): string {
  const { operationId, summary, description, deprecated, parameters, requestBody, responses } = operation
  const rows = parameters.map(
    (parameter) =>
      `<tr><td><code>${parameter.name}</code></td><td>${parameter.in}</td><td>${renderText(parameter.description)}</td></tr>`,
  )
  const answers = Object.entries(responses).map(
    ([status, answer]) =>
      `<tr><td><code>${status}</code></td><td>${renderText(answer.description)}</td><td>${renderContent(answer.content)}</td></tr>`,
  )
  return `<section id="${operationId}"><h3><code><span class="method">${method}</span>${escape(path)}</code></h3>
<p><strong>${escape(summary)}</strong>${deprecated === true ? ' (deprecated)' : ''} ${renderText(description)}</p>
${rows.length > 0 ? `<table><tr><th>Parameter</th><th>In</th><th></th></tr>${rows.join('')}</table>` : ''}
${requestBody ? `<p>Body: ${renderContent(requestBody.content)}</p>` : ''}
<table><tr><th>Status</th><th></th><th>Body</th></tr>${answers.join('')}</table></section>`
}

function renderContent(content: OpenApiContent = {}): string {
  return Object.entries(content)
    .map(([type, { schema }]) => {
      const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined
      return name === undefined ? `<code>${escape(type)}</code>` : `<a href="#${name}">${name}</a>`
    })
    .join(', ')
}

function renderSchema(name: string, schema: JsonSchema): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>)
  const required = (schema['required'] ?? []) as readonly string[]
  const rows = properties.map(
    ([member, rule]) =>
      `<tr><td><code>${member}</code></td><td>${typeOf(rule)}${required.includes(member) ? '' : ', optional'}</td><td>${renderText(describe(rule))}</td></tr>`,
  )
  return `<section id="${name}"><h3>${name}</h3>${renderText(describe(schema))}
<table><tr><th>Member</th><th>Type</th><th></th></tr>${rows.join('')}</table></section>`
}

function typeOf(rule: JsonSchema): string {
  const alternatives = rule['anyOf']
  if (Array.isArray(alternatives)) return alternatives.map((one: JsonSchema) => typeOf(one)).join(' or ')
  return escape(String(rule['type']))
}

function describe(rule: JsonSchema): string {
  const alternatives = Array.isArray(rule['anyOf']) ? (rule['anyOf'] as JsonSchema[]) : []
  const described = [rule, ...alternatives].find((one) => typeof one['description'] === 'string')
  return (described?.['description'] as string | undefined) ?? ''
}

function renderProblemSection({ type, title, status, explanation }: NamedProblemType): string {
  return `<section><h2>${escape(title)}</h2><p><code>${status}</code> <code>${escape(type)}</code></p><p>${renderText(explanation)}</p></section>`
}

function renderPage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`
}

/** Our descriptions: plain text with \`code\` and **strong** in it. */
function renderText(text: string): string {
  return escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
