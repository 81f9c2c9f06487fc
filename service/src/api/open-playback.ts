import { presenterFor } from './present-playback.ts'
import type { Service } from './route.ts'
import { openPlayback } from '../playback/playback.ts'
import type { Revocations } from '../playback/revocations.ts'
import type { CurrentPolicy } from '../policy/current-policy.ts'
import type { PlaybackConfig } from '../settings/playback-settings.ts'
import type { RequestObserver } from '../telemetry/decision-event.ts'

/** What playback tokens need of the service. */
export type PlaybackNeeds = {
  readonly policy: CurrentPolicy
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Tells this process from every other. */
  readonly name: string
  /** Connects the list of revocations with those of other processes. */
  readonly shareRevocations?: ((list: Revocations) => void) | undefined
}

/** Playback tokens as the parts of a service. Without them, nothing is put around anything. */
export type PlaybackParts = {
  readonly service: Pick<Service, 'present' | 'playback'>
  /** The observer, which learns from each decision what it revokes. */
  readonly observer: (observer: RequestObserver) => RequestObserver
}

/** The playback tokens that the settings ask for. */
export async function playbackFor(
  { playbackTokens: keys, playbackFormat: format, playbackPath: template }: PlaybackConfig,
  { policy: current, now: nowMs, name, shareRevocations }: PlaybackNeeds,
): Promise<PlaybackParts> {
  if (keys === undefined) {
    const service = { present: presenterFor(undefined), playback: undefined }
    return { service, observer: (observer) => observer }
  }
  const paces = () => current.policy.paces
  const playback = await openPlayback({ keys, format, template, paces, nowMs, name })
  shareRevocations?.(playback.revocations)
  return {
    service: { present: presenterFor(playback.issuer), playback },
    observer: (observer) => ({
      failed: (error, about) => observer.failed(error, about),
      answered: (about, decision) => {
        playback.decided(decision)
        observer.answered(about, decision)
      },
    }),
  }
}
