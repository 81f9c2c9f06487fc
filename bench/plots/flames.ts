/** A flame graph: the width of a box is the share of the time in which its function was running. */
import type { Frame, Stack } from '../stacks.ts'
import { escape, label, picture, round } from './svg.ts'

type Flame = { readonly frame: Frame; microseconds: number; readonly children: Map<string, Flame> }

const WIDTH = 940
const MARGIN = 10
const ROW = 17
const TOP = 34
/** Narrower boxes are left out. */
const WIDTH_MIN = 1.5
const LETTER = 6.3
/** Colours of the rooms, readable on light and on dark. */
const COLOURS: readonly { readonly name: string; readonly rooms: RegExp; readonly colour: string }[] = [
  { name: 'core', rooms: /^core$/, colour: '#5fb58a' },
  { name: 'stores', rooms: /^stores\b/, colour: '#d9a648' },
  { name: 'service', rooms: /^service\b/, colour: '#5b9bd9' },
  { name: 'Node', rooms: /^node|Node$/, colour: '#a99bd0' },
  { name: 'packages', rooms: /^package /, colour: '#d98a8a' },
  { name: 'native code', rooms: /./, colour: '#aab4be' },
]
const KEY_WIDTH = 86

/** Draws the stacks, the outermost functions on top. */
export function flamePicture(title: string, stacks: readonly Stack[]): string {
  const root: Flame = { frame: { name: '', room: '' }, microseconds: 0, children: new Map() }
  for (const { frames, microseconds } of stacks) addStack(root, frames, microseconds)
  const scale = (WIDTH - 2 * MARGIN) / root.microseconds
  const boxes: string[] = []
  const depth = draw(root, { left: MARGIN, depth: -1 }, { scale, total: root.microseconds, boxes })
  const height = TOP + (depth + 1) * ROW + MARGIN
  const head = label(MARGIN, 21, { text: title, kind: 'head' })
  return picture({ width: WIDTH, height, title }, [head, ...colourKey(), ...boxes])
}

/** Which colour is which part, at the right. */
function colourKey(): string[] {
  return COLOURS.flatMap(({ name, colour }, index) => {
    const left = WIDTH - MARGIN - (COLOURS.length - index) * KEY_WIDTH
    const square = `<rect class="key" x="${left}" y="11" width="11" height="11" fill="${colour}" rx="2"/>`
    return [square, label(left + 16, 21, { text: name, kind: 'small' })]
  })
}

function addStack(root: Flame, frames: readonly Frame[], microseconds: number): void {
  root.microseconds += microseconds
  let flame = root
  for (const frame of frames) {
    const key = `${frame.room} ${frame.name}`
    const child = flame.children.get(key) ?? { frame, microseconds: 0, children: new Map<string, Flame>() }
    flame.children.set(key, child)
    child.microseconds += microseconds
    flame = child
  }
}

type Canvas = { readonly scale: number; readonly total: number; readonly boxes: string[] }

/** Draws the box and those below it. Returns how deep they go. */
function draw(flame: Flame, at: { left: number; depth: number }, canvas: Canvas): number {
  const width = flame.microseconds * canvas.scale
  if (width < WIDTH_MIN) return at.depth - 1
  if (at.depth >= 0) canvas.boxes.push(boxOf(flame, at, { width, total: canvas.total }))
  let left = at.left
  let deepest = at.depth
  for (const child of [...flame.children.values()].toSorted((a, b) => b.microseconds - a.microseconds)) {
    deepest = Math.max(deepest, draw(child, { left, depth: at.depth + 1 }, canvas))
    left += child.microseconds * canvas.scale
  }
  return deepest
}

function boxOf(
  { frame, microseconds }: Flame,
  { left, depth }: { left: number; depth: number },
  { width, total }: { width: number; total: number },
): string {
  const y = TOP + depth * ROW
  const colour = COLOURS.find(({ rooms }) => rooms.test(frame.room))?.colour ?? ''
  const share = ((100 * microseconds) / total).toFixed(1)
  const hint = `<title>${escape(`${frame.name}, ${frame.room}: ${share} %`)}</title>`
  const size = `x="${round(left)}" y="${y}" width="${round(width - 0.5)}" height="${ROW - 1}"`
  const letters = Math.floor((width - 6) / LETTER)
  const text =
    letters < 3 ? '' : label(left + 3, y + 12, { text: frame.name.slice(0, letters), kind: 'inside' })
  return `<g>${hint}<rect ${size} fill="${colour}" rx="1"/>${text}</g>`
}
