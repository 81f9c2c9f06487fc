/** The web site of a video service, on its own origin: pages, scripts and a film. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  m4s: 'video/mp4',
  mp4: 'video/mp4',
}

/** Serves the given content under these paths. */
export class Site {
  readonly #files = new Map<string, string | Buffer>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer(({ url = '' }, answer) => {
      const [path = ''] = url.split('?')
      const file = this.#files.get(path)
      const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain'
      answer.writeHead(file === undefined ? 404 : 200, { 'content-type': type }).end(file)
    })
  }

  static async open(): Promise<Site> {
    const site = new Site()
    await new Promise<void>((resolve) => {
      site.#server.listen(0, '127.0.0.1', resolve)
    })
    return site
  }

  /** Another host name than the service's, so that the browser sees two sites. */
  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  add(path: string, file: string | Buffer): void {
    this.#files.set(path, file)
  }

  /** Adds a file from this folder, or from a path relative to it. */
  addFile(path: string, from: string): void {
    this.add(path, readFileSync(fileURLToPath(new URL(from, import.meta.url))))
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
    })
  }
}
