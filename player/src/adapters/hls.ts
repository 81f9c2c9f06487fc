/** hls.js. */
import type { Watch } from '../core/watch.ts'
import { attachPlayer, listenTo, type AttachOptions } from './attach-player.ts'

export type { AttachOptions }

/** An instance of hls.js with its element, as far as it is used. */
export type HlsPlayer = {
  readonly media: HTMLMediaElement | null
  readonly startLoad: () => void
  readonly stopLoad: () => void
}

/**
 * Holds a slot while the film plays. If it may not, it is paused and loads nothing more. Call it
 * after `attachMedia`, with the same element. Returns a function that detaches, and stops the
 * watch.
 */
export function attachHls(
  watch: Watch,
  { hls, video }: { readonly hls: HlsPlayer; readonly video: HTMLMediaElement },
  options?: AttachOptions,
): () => Promise<void> {
  const port = {
    listen: listenTo(video),
    halt: () => {
      video.pause()
      hls.stopLoad()
    },
    resume: () => {
      hls.startLoad()
      return video.play()
    },
  }
  return attachPlayer(watch, port, options)
}
