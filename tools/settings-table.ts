/**
 * The table of settings in docs/settings.md, from the settings themselves.
 */
import { fileURLToPath } from 'node:url'
import { SETTINGS } from '../service/src/settings/settings.ts'
import { documentWith, type Document } from './generated-table.ts'

const PATH = fileURLToPath(new URL('../docs/settings.md', import.meta.url))

/** The page of settings. */
export function pageWithSettings(): Document {
  const rows = Object.values(SETTINGS).map(({ flag, placeholder, variable, fallback, help }) => [
    `\`${flag} ${placeholder}\``.replaceAll('|', '\\|'),
    `\`${variable}\``,
    fallback === '' ? '' : `\`${fallback}\``,
    help.replaceAll('<', '&lt;'),
  ])
  return documentWith(PATH, 'settings', [['flag', 'variable', 'default', ''], ...rows])
}
