/** dash.js. */
import type { Watch } from '../core/watch.ts'
import { attachPlayer, listenTo, type AttachOptions } from './attach-player.ts'

export type { AttachOptions }

/** An instance of dash.js, as far as it is used. */
export type DashPlayer = {
  readonly attachSource: (source: never, startTime?: number) => void
  readonly getSource: () => unknown
  readonly isDynamic: () => boolean
  readonly pause: () => void
  readonly play: () => void
}

/**
 * Holds a slot while the film plays. If it may not, its source is taken away, because dash.js goes
 * on loading while it is paused. It gets it back at the same place. Call it after `initialize`.
 * Returns a function that detaches, and stops the watch.
 */
export function attachDash(
  watch: Watch,
  { player, video }: { readonly player: DashPlayer; readonly video: HTMLMediaElement },
  options?: AttachOptions,
): () => Promise<void> {
  let halted: { readonly source: unknown; readonly at: number | undefined } | undefined
  const port = {
    listen: listenTo(video),
    halt: () => {
      if (halted !== undefined) return
      player.pause()
      halted = { source: player.getSource(), at: player.isDynamic() ? undefined : video.currentTime }
      player.attachSource(null as never)
    },
    resume: () => {
      if (halted !== undefined) player.attachSource(halted.source as never, halted.at)
      halted = undefined
      player.play()
    },
  }
  return attachPlayer(watch, port, options)
}
