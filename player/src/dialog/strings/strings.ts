/** What the dialog says. `{name}` stands for a value. */

/** A text for each plural form of a language that the dialog tells apart. */
export type Plural = { readonly one?: string; readonly other: string }

/** All texts of a language. */
export type Strings = {
  readonly limitTitle: string
  /** `{max}` streams. */
  readonly limitText: Plural
  readonly otherLimitText: string
  /** More than one has to stop. */
  readonly severalText: string
  readonly noRoomText: string
  readonly devicesTitle: string
  /** `{max}` devices. */
  readonly devicesText: Plural
  /** `{date}`. */
  readonly devicesLaterText: string
  readonly poolTitle: string
  readonly poolText: string
  readonly finishedTitle: string
  readonly finishedText: string
  readonly failedTitle: string
  readonly unreachableText: string
  readonly refusedText: string
  readonly evictedTitle: string
  /** `{label}`. */
  readonly evictedText: string
  readonly evictedByUnnamedText: string
  readonly sameDeviceTitle: string
  readonly sameDeviceText: string
  readonly endedTitle: string
  readonly endedText: string
  readonly watchHere: string
  readonly removeAndWatch: string
  readonly tryAgain: string
  readonly watchAgain: string
  readonly notNow: string
  readonly close: string
  readonly working: string
  readonly chooseOne: string
  readonly chooseSeveral: string
  /** `{when}`: a time, or a date and a time. */
  readonly since: string
  /** `{when}`: "2 minutes ago". */
  readonly lastSeen: string
  readonly activeNow: string
  /** `{when}`: a date. */
  readonly added: string
  /** `{count}`. */
  readonly more: Plural
  /** `{when}`: "in 40 seconds". */
  readonly freeSoon: string
  /** Names of devices without a label. */
  readonly types: {
    readonly tv: string
    readonly mobile: string
    readonly tablet: string
    readonly web: string
    readonly console: string
    readonly other: string
  }
}
