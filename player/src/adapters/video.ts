/** A `<video>` or `<audio>` element that plays by itself. */
import type { Watch } from '../core/watch.ts'
import { attachPlayer, listenTo, type AttachOptions } from './attach-player.ts'

export type { AttachOptions }

/**
 * Holds a slot while the element plays, and pauses it if it may not. Returns a function that
 * detaches, and stops the watch.
 */
export function attachVideo(
  watch: Watch,
  video: HTMLMediaElement,
  options?: AttachOptions,
): () => Promise<void> {
  const port = { listen: listenTo(video), halt: () => video.pause(), resume: () => video.play() }
  return attachPlayer(watch, port, options)
}
