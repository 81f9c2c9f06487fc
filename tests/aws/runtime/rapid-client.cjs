/*
 * Takes the place of the native half of aws-lambda-ric, which is compiled for minutes: the same three calls to
 * the Runtime API. All else of it runs as on Lambda. `done` and `error` do not wait, as there.
 */
const { request } = require('node:http')
const Module = require('node:module')

const NATIVE = './rapid-client.node'
// A module that is not there can be given only where Node looks for it.
const LOADER = '_load'
const load = Module[LOADER]

function call(method, path, { body, headers = {} } = {}) {
  const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
  const target = { hostname, port, method, path: `/2018-06-01/runtime/invocation/${path}`, headers }
  return new Promise((resolve, reject) => {
    const outgoing = request(target, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ bodyJson: Buffer.concat(chunks).toString('utf8'), headers: response.headers }),
      )
    })
    outgoing.on('error', reject).end(body)
  })
}

const client = {
  next: () => call('GET', 'next'),
  done: (id, body) => void call('POST', `${id}/response`, { body }),
  error: (id, body) => void call('POST', `${id}/error`, { body }),
}

Module[LOADER] = (name, ...rest) => (name === NATIVE ? client : load(name, ...rest))
