/** Defines `<streamgate-dialog>` in a page. On a server it does nothing. */
import { StreamgateDialog } from './streamgate-dialog.ts'

export { addStrings } from './locales.ts'
export type { Plural, Strings } from './strings/strings.ts'
export type { Shown } from './dialog-view.ts'
export { StreamgateDialog }

const { customElements } = globalThis
if (customElements && !customElements.get('streamgate-dialog')) {
  customElements.define('streamgate-dialog', StreamgateDialog)
}

declare global {
  interface HTMLElementTagNameMap {
    'streamgate-dialog': StreamgateDialog
  }
}
