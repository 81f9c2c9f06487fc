/** The dialog's elements for a view. Texts become text and never markup. */
import type { Row, View } from './dialog-view.ts'
import { drawIcon } from './icons.ts'

/** What the form calls back. */
export type FormEvents = {
  readonly onConfirm: (ids: readonly string[]) => void
  readonly onDismiss: () => void
}

/** The form of a view. `dialog` is labelled by it. */
export function formOf(view: View, { onConfirm, onDismiss }: FormEvents): HTMLFormElement {
  const form = element('form', { method: 'dialog' })
  const title = element('h2', { id: 'title' }, view.title)
  form.append(element('header', {}, title, element('p', { id: 'text' }, view.text)))
  if (view.rows.length > 0) form.append(listOf(view))
  if (view.hint !== undefined) form.append(element('p', { className: 'note' }, view.hint))
  form.append(buttonsOf(view, onDismiss))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    onConfirm(new FormData(form).getAll('holder').map(String))
  })
  return form
}

function listOf({ rows, legend, picked, picksSeveral, more }: View): HTMLElement {
  const type = picksSeveral ? 'checkbox' : 'radio'
  const list = element('div', { className: 'list', ariaLabel: legend })
  list.setAttribute('role', picksSeveral ? 'group' : 'radiogroup')
  for (const row of rows) list.append(rowOf(row, { type, checked: picked.includes(row.id) }))
  if (more !== undefined) list.append(element('p', {}, more))
  return list
}

function rowOf({ id, icon, name, details }: Row, input: Partial<HTMLInputElement>): HTMLElement {
  const shown = details.map((detail) => element('span', {}, detail))
  const about = element('span', { className: 'details' })
  // A blank between the parts, for screen readers and for lines that break.
  about.append(...shown.flatMap((part, index) => (index === 0 ? [part] : [' ', part])))
  const text = element(
    'span',
    {},
    element('span', { className: 'name' }, element('bdi', {}, name)),
    ' ',
    about,
  )
  const choice = element('input', { ...input, name: 'holder', value: id })
  return element('label', { className: 'row' }, drawIcon(icon), text, choice)
}

function buttonsOf({ confirm, dismiss }: View, onDismiss: () => void): HTMLElement {
  const close = element('button', { type: 'button' }, dismiss)
  close.addEventListener('click', onDismiss)
  if (confirm === undefined) return element('footer', {}, close)
  return element('footer', {}, element('button', { type: 'submit', className: 'confirm' }, confirm), close)
}

/** An element with these properties and contents. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...contents: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...contents)
  return made
}
