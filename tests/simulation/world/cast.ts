/** The users, devices and streams of a run. */
import type { DeviceId, LeaseId, ReportFacts, StreamDescription, StreamId, UserId } from '@streamgate/core'
import type { RunRequest } from '../history.ts'

/** A stream that a client may play, with the id that its lease must have. */
export type Playback = { readonly id: LeaseId; readonly stream: StreamDescription }

/**
 * Streams with and without a device, a type and content. Two differ only in the device, and two
 * share one.
 */
export const PLAYBACKS: readonly Playback[] = [
  playback('a', { contentId: 'film', network: 'home' }),
  playback('b', { deviceId: 'tv', deviceType: 'tv', contentId: 'film', network: 'home' }),
  playback('b', { deviceId: 'phone', deviceType: 'phone', contentId: 'series', network: 'away' }),
  playback('c', { contentId: 'trailer' }),
  playback('d', { deviceId: 'tv', deviceType: 'tv', contentId: 'news', network: 'home' }),
  playback('e', { deviceId: 'den', deviceType: 'tv', network: 'home' }),
  playback('f', { deviceType: 'web', contentId: 'trailer', network: 'office' }),
  playback('g', { deviceId: 'tv', deviceType: 'tv', contentId: 'trailer' }),
]

/** A few streams that clients compete for. Two of them share their content or their device. */
export const CROWDS: readonly (readonly Playback[])[] = [
  PLAYBACKS.slice(0, 3),
  [0, 1, 4].flatMap((place) => PLAYBACKS[place] ?? []),
]

/**
 * One user has a small plan, one the default plan, and one a large plan that callers sometimes
 * forget to name. The percentiles must never change.
 */
export const USERS: ReadonlyMap<UserId, { readonly plan?: string; readonly percentile: number }> = new Map([
  ['user-1' as UserId, { plan: 'one', percentile: 85 }],
  ['user-2' as UserId, { percentile: 13.57 }],
  ['user-3' as UserId, { plan: 'three', percentile: 37.38 }],
])
export const FORGETFUL_USER = 'user-3' as UserId

/** Channels on one television. There are more of them than a roster keeps notes. */
export const CHANNELS: readonly Playback[] = Array.from({ length: 20 }, (_, index) =>
  playback(`channel-${index + 1}`, { deviceId: 'box', deviceType: 'tv' }),
)

/** The content that a player reports for a stream. An advert inside it has its own content. */
export function reportedContentOf({ streamId, contentId }: StreamDescription): string {
  return contentId ?? `content of ${streamId}`
}

/** The content that a player reports during an advert, under the lease of the film. */
export const ADVERT = 'advert'

/** A user's request to play a stream, under the user's own plan. */
export function runRequest(
  verb: RunRequest['verb'],
  user: UserId,
  playing: Playback & Pick<RunRequest, 'replaces' | 'generation' | 'report'>,
): RunRequest {
  return { verb, user, plan: USERS.get(user)?.plan, ...playing }
}

/**
 * A report as the CMCD route sends it. It knows the stream's ids, but neither its plan nor the
 * rest.
 */
export function reportRequest(user: UserId, { id, stream }: Playback, report: ReportFacts): RunRequest {
  return { verb: 'heartbeat', user, id, stream: bare(stream), report }
}

/**
 * The stream as described by a player that says no more than it must, and that has moved to another
 * network since its start.
 */
export function bare({ streamId, deviceId, network }: StreamDescription): StreamDescription {
  const isOn = network === undefined ? {} : { network: ELSEWHERE }
  return deviceId === undefined ? { streamId, ...isOn } : { streamId, deviceId, ...isOn }
}

const ELSEWHERE = 'elsewhere'

type Facts = Partial<Record<'deviceId' | 'deviceType' | 'contentId' | 'network', string>>

function playback(name: string, { deviceId, ...facts }: Facts): Playback {
  const stream = { streamId: name as StreamId, label: `${name} on ${deviceId ?? 'something'}`, ...facts }
  return deviceId === undefined
    ? { id: name as LeaseId, stream }
    : { id: `${name}@${deviceId}` as LeaseId, stream: { ...stream, deviceId: deviceId as DeviceId } }
}
