/** Ways to damage an LMDB data file, as a bad disk, an interrupted copy or a mistake would. */

/** Damages these bytes, or returns fewer. */
export type Harm = (bytes: Buffer, chance: Chance) => Buffer

/** A random integer of at least 0 and below `below`. */
export type Chance = (below: number) => number

/** The same integers for the same seed. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** The page size of an LMDB data file, from its first meta page. */
export function pageBytesOf(bytes: Buffer): number {
  return bytes.readUInt32LE(48)
}

/** Which of the two meta pages has the newest transaction. */
export function newestMetaOf(bytes: Buffer): 0 | 1 {
  const pageBytes = pageBytesOf(bytes)
  return bytes.readBigUInt64LE(152) >= bytes.readBigUInt64LE(pageBytes + 152) ? 0 : 1
}

/** Damage of every kind. */
export const HARMS: Readonly<Record<string, Harm>> = {
  'a byte': (bytes, chance) => {
    bytes[somewhere(bytes, chance)] = chance(256)
    return bytes
  },
  'a byte of a page header': (bytes, chance) => {
    bytes[pageBytesOf(bytes) * somePage(bytes, chance) + chance(160)] = chance(256)
    return bytes
  },
  'a word': (bytes, chance) => {
    const word = chance(2) === 0 ? chance(2 ** 32) : somePage(bytes, chance)
    bytes.writeUInt32LE(word, somewhere(bytes, chance) & ~7)
    return bytes
  },
  'a sector of zeros': (bytes, chance) => {
    const from = somewhere(bytes, chance) & ~511
    return bytes.fill(0, from, from + 512)
  },
  'a page of zeros': (bytes, chance) => {
    const from = pageBytesOf(bytes) * somePage(bytes, chance)
    return bytes.fill(0, from, from + pageBytesOf(bytes))
  },
  'a page of noise': (bytes, chance) => {
    const pageBytes = pageBytesOf(bytes)
    const from = pageBytes * somePage(bytes, chance)
    for (let at = from; at < from + pageBytes; at += 1) bytes[at] = chance(256)
    return bytes
  },
  'a page in the place of another': (bytes, chance) => {
    const pageBytes = pageBytesOf(bytes)
    const from = pageBytes * somePage(bytes, chance)
    bytes.copy(bytes, pageBytes * somePage(bytes, chance), from, from + pageBytes)
    return bytes
  },
  'an end that is missing': (bytes, chance) => bytes.subarray(0, 1 + chance(bytes.length - 1)),
}

function somewhere(bytes: Buffer, chance: Chance): number {
  return pageBytesOf(bytes) * somePage(bytes, chance) + chance(pageBytesOf(bytes))
}

/**
 * Any page. Pages that refer to others are chosen more often, because most pages only hold values.
 */
function somePage(bytes: Buffer, chance: Chance): number {
  const pageBytes = pageBytesOf(bytes)
  const pages = Math.floor(bytes.length / pageBytes)
  const leading = [0, 1]
  for (let page = 2; page < pages; page += 1) {
    if (bytes.readUInt16LE(page * pageBytes + 18) === 1) leading.push(page)
  }
  for (const meta of [0, pageBytes]) {
    for (const root of [88, 136]) {
      const page = bytes.readUInt32LE(meta + root)
      if (page < pages) leading.push(page)
    }
  }
  return chance(3) === 0 ? chance(pages) : (leading[chance(leading.length)] ?? 0)
}
