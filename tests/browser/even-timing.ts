/**
 * Gives all frames of a fragmented MP4 (ISO/IEC 14496-12) the same length. A busy machine records
 * fewer frames than it should, and players get stuck in the gaps.
 */

const TFDT_64_BIT = 1
/**
 * A `trun` with the offset of the data, the flags of the first frame, and two values for each
 * frame.
 */
const TRUN_FLAGS = 0x000305

/** Where the bytes of such a `trun` are, from its start. */
const TRUN_COUNT_AT = 12
const TRUN_FRAMES_AT = 24
const TRUN_FRAME_BYTES = 8
const FULL_BOX_AT = 8
const TFDT_TIME_AT = 12

/** The ticks per second of a track, by its `mdhd`, version 1. */
const MDHD_TIMESCALE_AT = 28

/** Rewrites a fragment so that it begins at this tick. Returns the tick at which it ends. */
export function timeEvenly(fragment: Buffer, beginsAt: number, ticksPerFrame: number): number {
  const tfdt = boxAt(fragment, 'tfdt')
  const trun = boxAt(fragment, 'trun')
  const flags = fragment.readUInt32BE(trun + FULL_BOX_AT) & 0xffffff
  if (fragment[tfdt + FULL_BOX_AT] !== TFDT_64_BIT || flags !== TRUN_FLAGS) {
    throw new Error(`A fragment of another make: trun ${flags.toString(16)}`)
  }
  const frames = fragment.readUInt32BE(trun + TRUN_COUNT_AT)
  for (let frame = 0; frame < frames; frame += 1) {
    fragment.writeUInt32BE(ticksPerFrame, trun + TRUN_FRAMES_AT + frame * TRUN_FRAME_BYTES)
  }
  fragment.writeBigUInt64BE(BigInt(beginsAt), tfdt + TFDT_TIME_AT)
  return beginsAt + frames * ticksPerFrame
}

/** The ticks per second. */
export function ticksPerSecond(start: Buffer): number {
  return start.readUInt32BE(boxAt(start, 'mdhd') + MDHD_TIMESCALE_AT)
}

function boxAt(bytes: Buffer, kind: string): number {
  const at = bytes.indexOf(kind, 0, 'latin1')
  if (at === -1) throw new Error(`No ${kind}`)
  return at - 4
}
