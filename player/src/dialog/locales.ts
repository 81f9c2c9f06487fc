/** The languages of the dialog. All but English are loaded if they are needed. */
import { en } from './strings/en.ts'
import type { Strings } from './strings/strings.ts'

const loaders: Record<string, () => Promise<Strings>> = {
  de: async () => (await import('./strings/de.ts')).de,
  fr: async () => (await import('./strings/fr.ts')).fr,
  es: async () => (await import('./strings/es.ts')).es,
  it: async () => (await import('./strings/it.ts')).it,
  ja: async () => (await import('./strings/ja.ts')).ja,
}

/** The texts of a language, and the language that numbers and times are written in. */
export type Language = { readonly locale: string; readonly strings: Strings }

/** English, which is there without loading. */
export const ENGLISH: Language = { locale: 'en', strings: en }

/** Adds a language, or other texts for one. `locale` is its subtag in BCP 47, such as `pt`. */
export function addStrings(locale: string, strings: Strings): void {
  loaders[locale.toLowerCase()] = () => Promise.resolve(strings)
}

/**
 * The language of a locale such as `de-AT`. English if there is none, or if its texts cannot be
 * loaded. Times are then written in English too.
 */
export async function languageOf(locale: string): Promise<Language> {
  const wanted = locale.toLowerCase()
  const load = loaders[wanted] ?? loaders[wanted.replace(/-.*/, '')]
  try {
    if (load !== undefined) return { locale, strings: await load() }
  } catch {}
  return wanted.startsWith('en-') ? { locale, strings: en } : ENGLISH
}
