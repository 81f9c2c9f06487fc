/** Video.js. */
import type { Watch } from '../core/watch.ts'
import { attachPlayer, type AttachOptions } from './attach-player.ts'

export type { AttachOptions }

/** A player of Video.js, as far as it is used. */
export type VideoJsPlayer = {
  readonly on: (name: string, heard: () => void) => unknown
  readonly off: (name: string, heard: () => void) => unknown
  readonly pause: () => unknown
  readonly play: () => unknown
}

/**
 * Holds a slot while the film plays, and pauses it if it may not. Returns a function that detaches,
 * and stops the watch.
 */
export function attachVideoJs(
  watch: Watch,
  player: VideoJsPlayer,
  options?: AttachOptions,
): () => Promise<void> {
  const port = {
    listen: (name: string, heard: () => void) => {
      player.on(name, heard)
      return () => void player.off(name, heard)
    },
    halt: () => player.pause(),
    resume: () => player.play(),
  }
  return attachPlayer(watch, port, options)
}
