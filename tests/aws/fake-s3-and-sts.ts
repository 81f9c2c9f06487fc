/**
 * A fake S3 and STS: what the commands ask of AWS before Terraform runs. They ask who the caller
 * is, and what a bucket holds. With it a test needs no emulator. The walk uses the emulator.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

type Sent = { readonly body: Buffer; readonly request: IncomingMessage }
type Stored = { readonly body: Buffer; readonly sha256: string }

/** S3 and STS on loopback. */
export class FakeS3AndSts {
  /** What lies in buckets, by path: `/bucket/key`. */
  readonly objects = new Map<string, Stored>()
  /** Whether any bucket is there. */
  hasBuckets = true
  /** The error code by which STS refuses the caller, if it does. */
  refusal: string | undefined
  /** What another client writes just before the next write to the same path. */
  intruder: { readonly path: string; readonly stored: Stored } | undefined
  /** Whether S3 leaves its callers without an answer. */
  isHanging = false
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** What a command needs in its environment to ask here. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
      AWS_EC2_METADATA_DISABLED: 'true',
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { method } = request
    const { pathname, search } = new URL(request.url ?? '', 'http://s3')
    if (method === 'POST' && pathname === '/') return this.#tellCaller(response)
    if (this.isHanging) return
    const isBucket = pathname.split('/').filter(Boolean).length === 1
    if (!this.hasBuckets) response.writeHead(404).end()
    else if (method === 'HEAD' && isBucket) response.writeHead(200).end()
    else if (method === 'GET' && search.includes('list-type')) response.writeHead(200).end(this.#listing())
    else if (method === 'PUT') this.#put(pathname, { body, request }, response)
    else this.#head(pathname, response)
  }

  #tellCaller(response: ServerResponse): void {
    if (this.refusal !== undefined) {
      const error = `<Error><Code>${this.refusal}</Code><Message>no</Message></Error>`
      response.writeHead(403).end(`<ErrorResponse>${error}</ErrorResponse>`)
      return
    }
    const result = '<GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult>'
    response.writeHead(200).end(`<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`)
  }

  #put(path: string, { body, request }: Sent, response: ServerResponse): void {
    if (this.intruder?.path === path) this.objects.set(path, this.intruder.stored)
    if (this.objects.has(path) && request.headers['if-none-match'] === '*') {
      response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>')
      return
    }
    this.objects.set(path, { body, sha256: sha256Of(request) })
    response.writeHead(200).end()
  }

  #head(path: string, response: ServerResponse): void {
    const stored = this.objects.get(path)
    if (stored === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'x-amz-checksum-sha256': stored.sha256 }).end()
  }

  #listing(): string {
    const prefixes = [...this.objects.keys()].map((path) => path.split('/').slice(2, 4).join('/'))
    const listed = [...new Set(prefixes)].map(
      (one) => `<CommonPrefixes><Prefix>${one}/</Prefix></CommonPrefixes>`,
    )
    return `<ListBucketResult>${listed.join('')}</ListBucketResult>`
  }
}

function sha256Of({ headers }: IncomingMessage): string {
  const sha256 = headers['x-amz-checksum-sha256']
  return typeof sha256 === 'string' ? sha256 : ''
}
