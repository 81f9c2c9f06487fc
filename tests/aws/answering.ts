import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A server that is ready, and gives one answer to all else. It keeps the lines and the API keys of
 * its requests.
 */
export async function answering(status: number, body: object) {
  const lines: string[] = []
  const keys: unknown[] = []
  const server = createServer(({ method, url = '', headers }, response) => {
    lines.push(`${method} ${url}`)
    keys.push(headers['x-api-key'])
    response.writeHead(url === '/readyz' ? 200 : status, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lines, keys }
}
