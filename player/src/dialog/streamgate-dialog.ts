/**
 * `<streamgate-dialog>`: tells a viewer why nothing plays, and what can be done about it.
 */
import type { Watch } from '../core/watch.ts'
import { viewOf, type Shown, type View } from './dialog-view.ts'
import { languageOf } from './locales.ts'
import { element, formOf } from './markup.ts'
import { STYLE } from './style.ts'

/** Servers have no elements, but may import this. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)

/**
 * The dialog. It opens when its `watch` is denied or lost, and closes when it is admitted.
 * Attributes: `lang` (by default that of the page), and `theme`: `light` or `dark`, by default as
 * the viewer's system. Fires `dismiss` if the viewer closes it.
 */
export class StreamgateDialog extends Base {
  #watch: Watch | undefined
  #endings: readonly (() => void)[] = []
  #dialog: HTMLDialogElement | undefined
  /** The newest thing to show. A language that loads late must not bring an older one back. */
  #newest: Shown | undefined

  /** The watch whose refusals and losses it shows. */
  get watch(): Watch | undefined {
    return this.#watch
  }

  set watch(watch: Watch | undefined) {
    for (const end of this.#endings) end()
    this.#watch = watch
    this.close()
    if (watch === undefined) return
    const start = (): unknown => watch.start()
    this.#endings = [
      watch.on('denied', (denied) => this.show({ denied, start })),
      watch.on('lost', (lost) => this.show({ lost, start })),
      watch.on('admitted', () => this.close()),
    ]
  }

  /** Opens it with a refusal or a loss. Resolves once the viewer sees it. */
  async show(shown: Shown): Promise<void> {
    this.#newest = shown
    const language = await languageOf(this.#locale)
    if (this.#newest !== shown || !this.isConnected) return
    const view = viewOf(shown, language)
    if (view === undefined) return this.close()
    const dialog = this.#opened()
    dialog.lang = language.locale
    const form = formOf(view, {
      onConfirm: (ids) => {
        if (this.#isWorking(view, ids, language.strings.working))
          void this.#start(shown, () => view.start(ids))
      },
      onDismiss: () => this.#dismiss(),
    })
    dialog.replaceChildren(form)
    if (!dialog.open) dialog.showModal()
    const first = form.querySelector<HTMLElement>('input:checked') ?? form.querySelector('button')
    first?.focus()
  }

  /** Closes it. */
  close(): void {
    this.#newest = undefined
    this.#dialog?.close()
  }

  /** Called by the browser. */
  disconnectedCallback(): void {
    this.close()
  }

  get #locale(): string {
    const named = this.closest<HTMLElement>('[lang]')?.lang
    return named || navigator.language
  }

  #opened(): HTMLDialogElement {
    if (this.#dialog !== undefined) return this.#dialog
    const dialog = element('dialog', {})
    dialog.setAttribute('aria-labelledby', 'title')
    dialog.setAttribute('aria-describedby', 'text')
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault()
      this.#dismiss()
    })
    this.attachShadow({ mode: 'open' }).append(element('style', {}, STYLE), dialog)
    this.#dialog = dialog
    return dialog
  }

  #dismiss(): void {
    this.close()
    this.dispatchEvent(new CustomEvent('dismiss'))
  }

  /** Shows that the choice is being carried out. False: there is none, or one is already. */
  #isWorking(view: View, ids: readonly string[], working: string): boolean {
    const button = this.#dialog?.querySelector<HTMLButtonElement>('.confirm')
    if (!button || button.ariaDisabled === 'true') return false
    if (view.rows.length > 0 && ids.length === 0) return false
    button.ariaDisabled = 'true'
    button.classList.add('working')
    button.textContent = working
    return true
  }

  /** Another refusal takes the place of this one. */
  async #start(shown: Shown, start: () => unknown): Promise<void> {
    await start()
    if (this.#newest === shown) this.close()
  }
}
