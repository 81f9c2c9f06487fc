/** A film for HTTP Live Streaming, cut from a fragmented MP4 as a browser records it. */
import type { Browser } from 'playwright-core'
import { ticksPerSecond, timeEvenly } from './even-timing.ts'
import type { Site } from './site.ts'

/** As `recorder.html` draws them. */
const FRAMES_PER_SECOND = 20

/** The parts of a film. Each fragment can be played after the start. */
export type Film = {
  readonly start: Buffer
  readonly fragments: readonly Fragment[]
  /** As in RFC 6381. */
  readonly codec: string
}
type Fragment = { readonly bytes: Buffer; readonly seconds: number }

/** What `recorder.html` makes. */
type Recording = { readonly data: string; readonly mimeType: string }

type Box = { readonly kind: string; readonly bytes: Buffer }

/** A film of so many seconds, recorded in a browser by a page of this site. */
export async function recordFilm(site: Site, browser: Browser, seconds: number): Promise<Film> {
  site.addFile('/recorder.html', 'recorder.html')
  const page = await browser.newPage()
  await page.goto(`${site.origin}/recorder.html`)
  const { data, mimeType } = await page.evaluate<Recording>(`recordFilm(${seconds})`)
  await page.close()
  const codec = /codecs="?([^"]+)/.exec(mimeType)?.[1] ?? ''
  return { ...cutFilm(Buffer.from(data, 'base64')), codec }
}

/** How long a film is. */
export function secondsOf({ fragments }: Film): number {
  return fragments.reduce((sum, { seconds }) => sum + seconds, 0)
}

/** Cuts the part before the first `moof` from each `moof` with its `mdat` (ISO/IEC 14496-12). */
function cutFilm(bytes: Buffer): Omit<Film, 'codec'> {
  const boxes = boxesIn(bytes)
  const firstFragment = boxes.findIndex(({ kind }) => kind === 'moof')
  const fragments = boxes.flatMap(({ kind, bytes: header }, index) => {
    const data = boxes[index + 1]
    return kind === 'moof' && data?.kind === 'mdat' ? [Buffer.concat([header, data.bytes])] : []
  })
  if (fragments.length === 0) throw new Error(`No fragments in ${boxes.map(({ kind }) => kind).join(' ')}`)
  const start = Buffer.concat(boxes.slice(0, firstFragment).map((box) => box.bytes))
  const ticks = ticksPerSecond(start)
  let beginsAt = 0
  return {
    start,
    fragments: fragments.map((fragment) => {
      const endsAt = timeEvenly(fragment, beginsAt, Math.round(ticks / FRAMES_PER_SECOND))
      const seconds = (endsAt - beginsAt) / ticks
      beginsAt = endsAt
      return { bytes: fragment, seconds }
    }),
  }
}

/** A playlist (RFC 8216) that shows the film so many times. */
export function playlistOf({ fragments }: Film, times: number): string {
  const once = fragments.flatMap(({ seconds }, index) => [
    `#EXTINF:${seconds.toFixed(3)},`,
    `fragment-${index}.m4s`,
  ])
  const all = Array.from({ length: times }, (_none, round) =>
    round === 0 ? once : ['#EXT-X-DISCONTINUITY', ...once],
  )
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.ceil(Math.max(...fragments.map(({ seconds }) => seconds)))}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-MAP:URI="start.mp4"',
    ...all.flat(),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n')
}

/** A manifest for MPEG-DASH (ISO/IEC 23009-1) that shows the film in so many periods. */
export function manifestOf(film: Film, times: number): string {
  const lengths = film.fragments.map(({ seconds }) => `<S d="${Math.round(seconds * 1000)}"/>`)
  const period = `<Period duration="PT${secondsOf(film)}S">
  <AdaptationSet mimeType="video/mp4" codecs="${film.codec}" segmentAlignment="true" startWithSAP="1">
    <SegmentTemplate timescale="1000" initialization="start.mp4" media="fragment-$Number$.m4s" startNumber="0">
      <SegmentTimeline>${lengths.join('')}</SegmentTimeline>
    </SegmentTemplate>
    <Representation id="only" bandwidth="100000" width="64" height="64"/>
  </AdaptationSet>
</Period>`
  const duration = `mediaPresentationDuration="PT${secondsOf(film) * times}S"`
  return `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" minBufferTime="PT1S" ${duration}>
${Array.from({ length: times }, () => period).join('\n')}
</MPD>
`
}

/** An advert in a film: its playlist, when it begins, and how long it lasts. */
export type Advert = {
  readonly uri: string
  readonly atSeconds: number
  readonly seconds: number
  /** Plays it after the film. */
  readonly isAfter?: boolean
  /**
   * Where the film continues, from `atSeconds`. 0 inserts the advert. Without it the advert covers
   * the film.
   */
  readonly resumeOffset?: number
}

/** When films begin in playlists that have adverts. */
const FILM_BEGINS_AT_MS = Date.UTC(2026, 0, 1)

/** The same playlist with an advert, as an HLS interstitial (RFC 8216bis, Appendix D). */
export function withAdvert(
  playlist: string,
  { uri, atSeconds, seconds, isAfter, resumeOffset }: Advert,
): string {
  const attributes = [
    'ID="advert"',
    'CLASS="com.apple.hls.interstitial"',
    `START-DATE="${instant(FILM_BEGINS_AT_MS + atSeconds * 1000)}"`,
    `DURATION=${seconds}`,
    `X-ASSET-URI="${uri}"`,
    'X-SNAP="OUT,IN"',
    ...(isAfter === true ? ['CUE="POST"'] : []),
    ...(resumeOffset === undefined ? [] : [`X-RESUME-OFFSET=${resumeOffset}`]),
  ]
  const [first = ''] = /^#EXTINF.*$/m.exec(playlist) ?? []
  const begins = `#EXT-X-PROGRAM-DATE-TIME:${instant(FILM_BEGINS_AT_MS)}`
  return playlist.replace(first, `#EXT-X-DATERANGE:${attributes.join(',')}\n${begins}\n${first}`)
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at)
    if (size < 8) throw new Error(`A box of ${size} bytes`)
    boxes.push({ kind: bytes.toString('latin1', at + 4, at + 8), bytes: bytes.subarray(at, at + size) })
    at += size
  }
  return boxes
}
