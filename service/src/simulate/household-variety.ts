/**
 * Households that differ: how many devices, which, in how many homes, and what they play.
 */
import type { Attributes } from '@streamgate/core'
import { EVERYDAY_HABITS, type DeviceProfile, type Habits } from './habits.ts'
import type { SeededRandom } from './seeded-random.ts'

/** How a simulated household lives. */
export type HouseholdLife = {
  readonly habits: Habits
  readonly devices: readonly DeviceProfile[]
  readonly choose: (device: DeviceProfile) => { readonly contentId: string; readonly attributes?: Attributes }
}

/** What a policy may ask of a stream that players choose themselves. */
export type AskedOf = { readonly free: readonly string[] }

const DEVICE_TYPES = ['tv', 'mobile', 'tv', 'web', 'tablet', 'mobile'] as const
const DEVICE_COUNTS = [1, 2, 2, 3, 3, 4, 4, 5, 6]
/** The share of households that lend their login to another home. */
const SHARING_SHARE = 0.06
/** A telephone is often on the network of its operator. */
const MOBILE_AWAY_SHARE = 0.35
const LIVE_SHARE = 0.3
const CHANNELS = 40
const FILMS = 800
/** Values of a free attribute, such as `profile`, in one household. */
const VALUES_MAX = 3

/** Makes one household. The same random numbers make the same household. */
export function someHousehold(random: SeededRandom, { free }: AskedOf): HouseholdLife {
  const count = random.pick(DEVICE_COUNTS)
  const home = `n_${networkId(random)}`
  const elsewhere = random.chance(SHARING_SHARE) ? `n_${networkId(random)}` : undefined
  const devices = Array.from({ length: count }, (_none, index): DeviceProfile => {
    const type = DEVICE_TYPES[index] ?? 'web'
    const isLent = elsewhere !== undefined && index >= Math.ceil(count / 2)
    return {
      id: `${type}-${index + 1}`,
      type,
      network: isLent ? elsewhere : home,
      ...(type === 'mobile' && { awayShare: MOBILE_AWAY_SHARE, awayNetwork: `n_${networkId(random)}` }),
    }
  })
  /** Some watch all day, some once a week. */
  const idleMinutes = EVERYDAY_HABITS.idleMinutes * (0.4 + 3 * random.next() ** 2)
  const choose = (device: DeviceProfile) => ({
    contentId: someContent(device, random),
    ...(free.length > 0 && {
      attributes: Object.fromEntries(free.map((name) => [name, `${name}-${1 + random.below(VALUES_MAX)}`])),
    }),
  })
  return { habits: { ...EVERYDAY_HABITS, devices: count, idleMinutes }, devices, choose }
}

/** Few films and channels have most of the viewers. */
function someContent({ type }: DeviceProfile, random: SeededRandom): string {
  const isLive = type === 'tv' && random.chance(LIVE_SHARE)
  const rank = Math.floor((isLive ? CHANNELS : FILMS) * random.next() ** 3)
  return isLive ? `channel-${rank + 1}` : `film-${rank + 1}`
}

function networkId(random: SeededRandom): string {
  return Array.from({ length: 2 }, () =>
    random
      .below(2 ** 30)
      .toString(36)
      .padStart(6, '0'),
  ).join('')
}
