import type { Readable, Writable } from 'node:stream'

/** Passes on what a worker writes, whole lines at a time: written straight to one output, lines of two workers can mix. */
export function passLinesOn(from: Readable, to: Writable): void {
  let unfinished = ''
  from.setEncoding('utf8')
  from.on('data', (chunk: string) => {
    const end = chunk.lastIndexOf('\n') + 1
    if (end > 0) to.write(unfinished + chunk.slice(0, end))
    unfinished = end > 0 ? chunk.slice(end) : unfinished + chunk
  })
}
