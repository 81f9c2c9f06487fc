/** What the dialog has to tell, as a watch tells it, and how a test shows it. */
import type { Page } from 'playwright-core'

const MINUTE_MS = 60_000

function instant(agoMs: number): string {
  return new Date(Date.now() - agoMs).toISOString()
}

type Told = { readonly id: string; readonly label?: string; readonly deviceType: string }

function holder(told: Told, agoMs: number): object {
  const lastSeenAt = instant(told.id === 'b' ? 12 * MINUTE_MS : 5000)
  return { ...told, startedAt: instant(agoMs), lastSeenAt }
}

const HOLDERS = [
  holder({ id: 'a', label: 'Living room TV', deviceType: 'tv' }, 95 * MINUTE_MS),
  holder(
    { id: 'b', label: 'Anna’s phone with a rather long name that does not fit', deviceType: 'mobile' },
    40 * MINUTE_MS,
  ),
  holder({ id: 'c', deviceType: 'web' }, 5 * MINUTE_MS),
]
const LIMIT = { denied: 'limit', holders: HOLDERS, more: 0, rule: { max: 3 }, retryAfterSeconds: 41 }
const FOUR_HOLDERS = [
  ...HOLDERS,
  holder({ id: 'd', label: '<b>Games room</b>', deviceType: 'console' }, 2 * MINUTE_MS),
]
const SEVERAL = { ...LIMIT, more: 2, holders: FOUR_HOLDERS, problem: { makesRoom: ['a', 'd'] } }

/** Each state by its name. `problem` and `takeOver` are added in the page. */
export const STATES: Readonly<Record<string, object>> = {
  limit: { denied: LIMIT },
  several: { denied: { ...SEVERAL, rule: { max: 1, per: 'contentId' } } },
  devices: { denied: { ...LIMIT, denied: 'devices', retryAfterSeconds: undefined, problem: { limit: 3 } } },
  later: {
    denied: { ...LIMIT, denied: 'devices', problem: { limit: 3, nextChangeAt: instant(-9e8) } },
  },
  pool: { denied: { denied: 'pool', holders: [], more: 0, retryAfterSeconds: 30 } },
  unreachable: { denied: { denied: 'unreachable', holders: [], more: 0 } },
  refused: { denied: { denied: 'refused', holders: [], more: 0 } },
  evicted: { lost: { why: 'evicted', by: { id: 'x', label: 'Kitchen TV' }, isSameDevice: false } },
  'same-device': { lost: { why: 'evicted', by: { id: 'x' }, isSameDevice: true } },
  ended: { lost: { why: 'ended', reason: 'Your password was changed.' } },
  finished: { lost: { why: 'finished' } },
  lapsed: { lost: { why: 'denied', ...LIMIT } },
}

/** Shows a state in the page's dialog. `window.taken` gets the ids that the viewer picks. */
export async function showState(page: Page, name: string, lang = 'en'): Promise<void> {
  await page.evaluate(`
    document.documentElement.lang = ${JSON.stringify(lang)}
    window.taken = []
    {
      const shown = ${JSON.stringify(STATES[name])}
      const takeOver = (ids) => {
        window.taken.push(ids ?? 'back')
        return new Promise(() => {})
      }
      for (const told of [shown.denied, shown.lost]) {
        if (told) Object.assign(told, { problem: told.problem ?? {}, takeOver })
      }
      document.querySelector('streamgate-dialog').show({ ...shown, start: () => takeOver('again') })
    }
  `)
  await page.getByRole('dialog').waitFor()
}
