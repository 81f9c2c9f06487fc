/**
 * `streamgate health`: asks a service on this machine whether it is ready, as the health check of a
 * container. It loads no setting and no store, because it runs every few seconds.
 */
import { get } from 'node:http'
import type { Command } from 'commander'
import { healthAddress } from '../settings/health-address.ts'
import { DONE, FAILED, MISUSED } from './exit-codes.ts'

/** Longer than a service waits for its store by default, and shorter than a container waits. */
const LIMIT_MS = 2000

const HELP = `
Asks /readyz below the address, and waits for ${LIMIT_MS / 1000} s at most. Exit codes: 0 the service is ready, 1 it is not, or does not
answer, 2 the address makes no sense.

Example: streamgate health http://127.0.0.1:9000`

/** Adds the command to the program. */
export function addHealthCommand(program: Command): void {
  program
    .command('health')
    .argument(
      '[address]',
      'where the service listens (default: http://127.0.0.1 and STREAMGATE_PORT, or 8080)',
    )
    .description('Ask a running service whether it is ready.')
    .showHelpAfterError('(streamgate health --help shows how to call it)')
    .addHelpText('after', HELP)
    .action(async (address: string | undefined) => {
      process.exitCode = await healthOf(address ?? healthAddress())
    })
}

async function healthOf(address: string): Promise<number> {
  const url = probeAt(address)
  if (url === undefined) return said(MISUSED, 'the address must be http://<host>:<port>')
  // A user or a password in the address belongs in no log.
  const shown = `${url.origin}${url.pathname}`
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      // The status says everything, and the rest may never end.
      response.destroy()
      const { statusCode } = response
      resolve(statusCode === 200 ? DONE : said(FAILED, `${shown} answered ${statusCode}`))
    })
    // A limit on silence would not end an answer that drips.
    const slow = new Error(`no answer within ${LIMIT_MS} ms`)
    const limit = setTimeout(() => request.destroy(slow), LIMIT_MS)
    request.once('close', () => clearTimeout(limit))
    request.once('error', ({ message }) => resolve(said(FAILED, `${shown}: ${message}`)))
  })
}

/** Where an address is asked. `undefined` if it makes no sense. */
function probeAt(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'http:') return undefined
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/readyz`
  return url
}

function said(code: number, why: string): number {
  process.stderr.write(`streamgate: ${why}\n`)
  return code
}
