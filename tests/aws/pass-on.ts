import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Call, Instead } from './aws-call.ts'

type Passing = {
  readonly call: Call
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly port: number
}

/** Passes a request on as it came, and the answer back. Resolves once that is written. */
export function passOn({ call, request, response, port }: Passing): Promise<void> {
  const { method, url: path, rawHeaders } = request
  return new Promise((resolve, reject) => {
    const passed = httpRequest({ host: '127.0.0.1', port, method, path, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 599, answer.headers)
      answer.pipe(response).on('finish', resolve).on('close', resolve)
    })
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] ?? ''
      if (!/^(?:connection|expect|transfer-encoding)$/i.test(name)) {
        passed.setHeader(name, rawHeaders[index + 1] ?? '')
      }
    }
    passed.on('error', reject).end(call.body)
  })
}

/** Answers without passing the request on. */
export function tell(
  response: ServerResponse,
  { status, type = 'application/x-amz-json-1.0', body }: Instead,
): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}
