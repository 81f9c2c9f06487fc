/**
 * A film for HTTP Live Streaming, cut from a fragmented MP4 as a browser records it.
 */
import type { Browser } from 'playwright-core'
import type { Site } from './site.ts'

/** The parts of a film; each fragment can be played once the start was. */
export type Film = { readonly start: Buffer; readonly fragments: readonly Buffer[] }

type Box = { readonly kind: string; readonly bytes: Buffer }

/** A film of so many seconds, recorded in a browser by a page of this site. */
export async function recordFilm(site: Site, browser: Browser, seconds: number): Promise<Film> {
  site.addFile('/recorder.html', 'recorder.html')
  const page = await browser.newPage()
  await page.goto(`${site.origin}/recorder.html`)
  const bytes = Buffer.from(await page.evaluate<string>(`recordFilm(${seconds})`), 'base64')
  await page.close()
  return cutFilm(bytes)
}

/** Cuts between the boxes of ISO/IEC 14496-12: what stands before the first `moof`, and each `moof` with its `mdat`. */
function cutFilm(bytes: Buffer): Film {
  const boxes = boxesIn(bytes)
  const firstFragment = boxes.findIndex(({ kind }) => kind === 'moof')
  const fragments = boxes.flatMap(({ kind, bytes: header }, index) => {
    const data = boxes[index + 1]
    return kind === 'moof' && data?.kind === 'mdat' ? [Buffer.concat([header, data.bytes])] : []
  })
  if (fragments.length === 0) throw new Error(`No fragments in ${boxes.map(({ kind }) => kind).join(' ')}`)
  return { start: Buffer.concat(boxes.slice(0, firstFragment).map((box) => box.bytes)), fragments }
}

/** A playlist (RFC 8216) that shows the film so many times, in fragments of so many seconds. */
export function playlistOf({ fragments }: Film, times: number, fragmentSeconds: number): string {
  const once = fragments.flatMap((_bytes, index) => [
    `#EXTINF:${fragmentSeconds.toFixed(3)},`,
    `fragment-${index}.m4s`,
  ])
  const all = Array.from({ length: times }, (_none, round) =>
    round === 0 ? once : ['#EXT-X-DISCONTINUITY', ...once],
  )
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.ceil(fragmentSeconds)}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-MAP:URI="start.mp4"',
    ...all.flat(),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n')
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
