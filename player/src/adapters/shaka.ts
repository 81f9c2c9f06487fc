/** Shaka Player. */
import type { Watch } from '../core/watch.ts'
import { attachPlayer, listenTo, type AttachOptions } from './attach-player.ts'

export type { AttachOptions }

/** An instance of Shaka Player, as far as it is used. */
export type ShakaPlayer = {
  readonly getAssetUri: () => string | null
  readonly isLive: () => boolean
  readonly load: (uri: string, startTime?: number) => Promise<unknown>
  readonly unload: () => Promise<unknown>
}

/**
 * Holds a slot while the film plays. If it may not, it is unloaded, because Shaka Player goes on
 * loading while it is paused. It is loaded again at the same place. Returns a function that
 * detaches, and stops the watch.
 */
export function attachShaka(
  watch: Watch,
  { player, video }: { readonly player: ShakaPlayer; readonly video: HTMLMediaElement },
  options?: AttachOptions,
): () => Promise<void> {
  let halted: { readonly uri: string; readonly at: number | undefined } | undefined
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (step: () => Promise<unknown>): Promise<unknown> => {
    const done = last.then(step)
    last = done.catch(() => {})
    return done
  }
  const port = {
    listen: listenTo(video),
    halt: () => {
      video.pause()
      return inTurn(async () => {
        const uri = player.getAssetUri()
        if (uri === null) return
        halted = { uri, at: player.isLive() ? undefined : video.currentTime }
        await player.unload()
      })
    },
    resume: () =>
      inTurn(async () => {
        if (halted !== undefined) await player.load(halted.uri, halted.at)
        halted = undefined
        await video.play()
      }),
  }
  return attachPlayer(watch, port, options)
}
