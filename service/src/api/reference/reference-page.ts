/**
 * The reference as one page. It is made from the OpenAPI document, runs no script and loads
 * nothing, so it works on AWS Lambda and without the network too.
 */
import { operationsIn, type OpenApiDocument, type PlacedOperation } from '../openapi-document.ts'
import type { ProblemType } from '../problem.ts'
import { escape, headingOf, methodBadge, pageOf, proseOf, statusBadge } from './markup.ts'
import { commonErrors, renderOperation } from './operation-section.ts'
import { renderSchema } from './schema-section.ts'
import { renderWalkThrough } from './walk-through.ts'

type NamedProblemType = ProblemType & { readonly type: string }

const GROUP_TITLES: Readonly<Record<string, string>> = {
  viewers: 'For players',
  operators: 'For operators',
  public: 'For all callers',
}

/** The whole reference. */
export function renderReference(document: OpenApiDocument, problems: readonly NamedProblemType[]): string {
  const operations = operationsIn(document)
  const groups = document.tags.map(({ name, description }) => ({
    name,
    title: GROUP_TITLES[name] ?? name,
    description,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }))
  const schemas = Object.entries(document.components.schemas)
  const links = navigation(groups)
  const sections = groups.map((group) => renderGroup(document, group))
  const { title } = document.info
  return pageOf(
    `${title} API`,
    `<a class="skip" href="#content">Skip to the content</a>
<details class="menu"><summary>Contents</summary><nav aria-label="Contents">${links}</nav></details>
<div class="side"><a href="#content">${escape(title)}</a><nav aria-label="Sections">${links}</nav></div>
<main id="content">${introduction(document)}${renderWalkThrough(document)}${sections.join('')}
${heading('errors', 'Errors of most calls', 'Most calls can be answered by these.')}<section>${commonErrors(document)}</section>
${heading('problems', 'Problems', 'Every error is `application/problem+json`. Its `type` is one of these.')}
${problems.map((one) => renderProblemSection(one)).join('')}
${heading('bodies', 'Bodies', 'Members that are not marked as required may be absent.')}
${schemas.map(([name, schema]) => renderSchema(name, schema)).join('')}</main>`,
  )
}

/** Every type of problem on one page. */
export function renderProblems(all: readonly NamedProblemType[]): string {
  const title = 'Problem types'
  return plainPage(title, `<h1>${title}</h1>${all.map((one) => renderProblemSection(one)).join('')}`)
}

/** One type of problem. */
export function renderProblem(one: NamedProblemType): string {
  return plainPage(one.title, renderProblemSection(one))
}

type Group = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly operations: readonly PlacedOperation[]
}

function introduction({ info }: OpenApiDocument): string {
  const paragraphs = info.description.split('\n\n').map((text) => `<p>${proseOf(text)}</p>`)
  return `<h1>${escape(info.title)} API <small>${escape(info.version)}</small></h1>${paragraphs.join('')}
<p>For tools: <a href="openapi.json">the OpenAPI 3.1 document</a>. In the examples, <code>$STREAMGATE</code> and <code>streamgate</code> stand for the address of this service.</p>`
}

function navigation(groups: readonly Group[]): string {
  const start = '<a href="#at-the-limit">When the limit is reached</a>'
  const lists = groups.map(
    ({ title, operations }) => `<strong>${title}</strong>${operations.map(link).join('')}`,
  )
  const end =
    '<a href="#errors">Errors of most calls</a><a href="#problems">Problems</a><a href="#bodies">Bodies</a>'
  return `<strong>Guide</strong>${start}${lists.join('')}<strong>More</strong>${end}`
}

function link({ method, operation }: PlacedOperation): string {
  return `<a href="#${operation.operationId}">${methodBadge(method)}<span>${escape(operation.summary)}</span></a>`
}

function renderGroup(document: OpenApiDocument, { name, title, description, operations }: Group): string {
  const sections = operations.map((one) => renderOperation(document, one))
  return heading(`for-${name}`, title, description) + sections.join('')
}

function heading(id: string, title: string, text: string): string {
  return `<section class="group" id="${id}">${headingOf(2, id, title)}<p class="soft">${proseOf(text)}</p></section>`
}

function renderProblemSection({ type, title, status, explanation }: NamedProblemType): string {
  const id = `problem-${type.split('/').at(-1)}`
  return `<section id="${id}">${headingOf(3, id, escape(title))}<p class="route">${statusBadge(status)} <code>${escape(type)}</code></p><p>${proseOf(explanation)}</p></section>`
}

function plainPage(title: string, body: string): string {
  return pageOf(title, `<main>${body}</main>`).replace('<body>', '<body class="plain">')
}
