/** What the dialog shows for a refusal or a loss, as plain data. */
import type { Denied, Holder, Lost } from '../core/types.ts'
import { iconOf, type IconName } from './icons.ts'
import type { Language } from './locales.ts'
import type { Plural, Strings } from './strings/strings.ts'
import { Clock } from './when.ts'

/** A stream or a device in the list. */
export type Row = {
  readonly id: string
  readonly icon: IconName
  readonly name: string
  /** What kind of device it is, since when, and when it was last seen. */
  readonly details: readonly string[]
}

/** What the dialog shows. */
export type View = {
  readonly title: string
  readonly text: string
  readonly hint?: string | undefined
  readonly rows: readonly Row[]
  /** The name of the list. */
  readonly legend: string
  /** The rows that are picked at first. */
  readonly picked: readonly string[]
  readonly picksSeveral: boolean
  readonly more?: string | undefined
  /** The button that starts again. */
  readonly confirm?: string | undefined
  readonly start: (ids: readonly string[]) => unknown
  readonly dismiss: string
}

/** What there is to show, and what starts again. */
export type Shown = {
  readonly denied?: Denied | undefined
  readonly lost?: Lost | undefined
  readonly start: () => unknown
}

/** The view in a language, or nothing if there is nothing to tell. */
export function viewOf(shown: Shown, language: Language, nowMs?: number): View | undefined {
  const { denied, lost, start } = shown
  const words = new Words(language, new Clock(language.locale, nowMs))
  if (lost !== undefined) return lost.why === 'denied' ? words.refusal(lost, start) : words.loss(lost, start)
  if (denied === undefined || denied.denied === 'stopped') return undefined
  return words.refusal(denied, start)
}

class Words {
  readonly #strings: Strings
  readonly #locale: string
  readonly #clock: Clock

  constructor({ strings, locale }: Language, clock: Clock) {
    this.#strings = strings
    this.#locale = locale
    this.#clock = clock
  }

  refusal(denied: Denied, start: () => unknown): View {
    const strings = this.#strings
    switch (denied.denied) {
      case 'limit':
        return this.#limit(denied)
      case 'devices':
        return this.#devices(denied)
      case 'pool':
        return this.#plain([strings.poolTitle, strings.poolText], start, strings.tryAgain)
      case 'finished':
        return this.#plain([strings.finishedTitle, strings.finishedText], start)
      case 'refused':
        return this.#plain([strings.failedTitle, strings.refusedText], start)
      case 'unreachable':
      case 'stopped':
        return this.#plain([strings.failedTitle, strings.unreachableText], start, strings.tryAgain)
    }
  }

  loss(lost: Exclude<Lost, { readonly why: 'denied' }>, start: () => unknown): View {
    const strings = this.#strings
    switch (lost.why) {
      case 'evicted': {
        const { label } = lost.by
        const elsewhere =
          label === undefined ? strings.evictedByUnnamedText : filled(strings.evictedText, { label })
        const { sameDeviceTitle, sameDeviceText, evictedTitle } = strings
        const told = lost.isSameDevice
          ? ([sameDeviceTitle, sameDeviceText] as const)
          : ([evictedTitle, elsewhere] as const)
        return this.#plain(told, lost.takeOver, strings.watchHere)
      }
      case 'finished':
        return this.#plain([strings.finishedTitle, strings.finishedText], start)
      case 'ended': {
        const again = lost.reason === undefined ? strings.watchAgain : undefined
        return this.#plain([strings.endedTitle, lost.reason ?? strings.endedText], start, again)
      }
    }
  }

  #limit(denied: Denied): View {
    const strings = this.#strings
    const { holders, rule = {}, retryAfterSeconds } = denied
    const isPlain = Object.keys(rule).every((name) => name === 'max')
    const max = Number(rule['max'])
    const one = isPlain ? this.#counted(strings.limitText, { max }) : strings.otherLimitText
    const enough = denied.problem['makesRoom']
    const ids = Array.isArray(enough) ? (enough as string[]) : holders.slice(0, 1).map(({ id }) => id)
    const picksSeveral = ids.length > 1
    // A long list shows the oldest alone. What has to stop may be among the others.
    const unseen = picksSeveral ? ids.filter((id) => holders.every((holder) => holder.id !== id)) : []
    const text = picksSeveral ? strings.severalText : one
    const soon = retryAfterSeconds && filled(strings.freeSoon, { when: this.#clock.in(retryAfterSeconds) })
    return {
      ...this.#list(denied, strings.limitTitle),
      text: holders.length === 0 ? strings.noRoomText : text,
      hint: soon || undefined,
      legend: picksSeveral ? strings.chooseSeveral : strings.chooseOne,
      picked: ids,
      picksSeveral,
      start: (picked) => denied.takeOver([...picked, ...unseen]),
      confirm: holders.length === 0 ? undefined : strings.watchHere,
    }
  }

  #devices(denied: Denied): View {
    const strings = this.#strings
    const next = denied.problem['nextChangeAt']
    const isLater = typeof next === 'string' && Date.parse(next) > this.#clock.nowMs + SOON_MS
    const max = Number(denied.problem['limit'])
    const last = longestAgo(denied.holders)
    return {
      ...this.#list(denied, strings.devicesTitle),
      text: isLater
        ? filled(strings.devicesLaterText, { date: this.#clock.day(next) })
        : this.#counted(strings.devicesText, { max }),
      rows: isLater ? [] : this.#rows(denied),
      picked: last === undefined ? [] : [last.id],
      confirm: isLater || last === undefined ? undefined : strings.removeAndWatch,
    }
  }

  #list(denied: Denied, title: string): View {
    const { more } = denied
    const strings = this.#strings
    return {
      title,
      text: '',
      rows: this.#rows(denied),
      legend: strings.chooseOne,
      picked: [],
      picksSeveral: false,
      more: more > 0 ? this.#counted(strings.more, { count: more }) : undefined,
      start: (ids) => denied.takeOver(ids),
      dismiss: strings.notNow,
    }
  }

  #rows(denied: Denied): readonly Row[] {
    const { types, since, lastSeen, activeNow, added } = this.#strings
    return denied.holders.map((holder) => {
      const { id, label, deviceType, startedAt, lastSeenAt } = holder
      const icon = iconOf(deviceType)
      const isDevice = denied.denied === 'devices'
      const begun =
        startedAt === undefined ? [] : [isDevice ? this.#clock.day(startedAt) : this.#clock.point(startedAt)]
      const ago = lastSeenAt === undefined ? undefined : this.#clock.ago(lastSeenAt)
      const seenText = ago === undefined ? activeNow : filled(lastSeen, { when: ago })
      return {
        id,
        icon,
        name: label || types[icon],
        details: [
          ...(label && icon !== 'other' ? [types[icon]] : []),
          ...begun.map((when) => filled(isDevice ? added : since, { when })),
          ...(lastSeenAt === undefined ? [] : [seenText]),
        ],
      }
    })
  }

  #plain([title, text]: readonly [string, string], start: () => unknown, confirm?: string): View {
    const { close, notNow, chooseOne } = this.#strings
    const dismiss = confirm === undefined ? close : notNow
    const none = { rows: [], legend: chooseOne, picked: [], picksSeveral: false }
    return { title, text, ...none, confirm, start: () => start(), dismiss }
  }

  /** The text in the plural form that this language has for the number in it. */
  #counted(forms: Plural, values: Readonly<Record<string, number>>): string {
    const [count = 0] = Object.values(values)
    const isOne = new Intl.PluralRules(this.#locale).select(count) === 'one'
    const text = (isOne ? forms.one : undefined) ?? forms.other
    const numbers = Object.entries(values).map(([name, value]) => [name, value.toLocaleString(this.#locale)])
    return filled(text, Object.fromEntries(numbers) as Record<string, string>)
  }
}

/** A change of devices that is possible so soon is possible now, by another clock. */
const SOON_MS = 300_000

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all)
}

function longestAgo(holders: readonly Holder[]): Holder | undefined {
  const [first, ...others] = holders
  return others.reduce((one, other) => (one !== undefined && seen(one) <= seen(other) ? one : other), first)
}

function seen({ lastSeenAt = '' }: Holder): string {
  return lastSeenAt
}
