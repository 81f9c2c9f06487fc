/**
 * What happens at the limit, step by step.
 */
import type { OpenApiDocument } from '../openapi-document.ts'
import { answerBlock, curlBlock, exampleOf } from './example-code.ts'
import { codeBlock, escape, headingOf, proseOf } from './markup.ts'

type Example = Readonly<Record<string, unknown>>

const STARTS_AGAIN = { streamId: '789', label: 'Kitchen' }

const BEFORE =
  'A user of a plan with one stream watches on a television and starts another stream in the kitchen. To try it, serve a policy with one stream, and start the first one.'

const ONE_STREAM = `streamgate serve --store memory: --policy '{"plans":{"one":{"limits":[{"max":1}]}}}'`

/** A start that is refused, and the take-over that follows. */
export function renderWalkThrough(document: OpenApiDocument): string {
  const exampleNamed = (name: string) =>
    exampleOf(document, { $ref: `#/components/schemas/${name}` }) as Example
  const started = exampleNamed('Stream')
  const takenOver = {
    ...started,
    id: '789',
    streamId: '789',
    deviceId: undefined,
    deviceType: undefined,
    label: 'Kitchen',
    limit: 1,
    active: 1,
    streams: ['789'],
    ended: ['abc'],
  }
  const path = '/users/123/streams'
  const start = (body: Example) => curlBlock({ method: 'POST', path, contentType: 'application/json', body })
  const beat = curlBlock({ method: 'PUT', path: `${path}/abc` })
  const serve =
    codeBlock('sh', escape(ONE_STREAM)) +
    start({ streamId: 'abc', deviceType: 'tv', label: 'Living room TV' })
  const steps = [
    step(
      'The start is refused',
      'The user is at the limit, so the answer is `409`. It names the streams that stand in the way. Show them to the viewer by `label`, and ask which one to stop.',
      start(STARTS_AGAIN) + answerBlock(409, exampleNamed('StreamLimitReached')),
    ),
    step(
      'The viewer chooses a stream',
      'Send the same start again, with the id of that stream as `replaces`. The old stream ends and the new one starts in one step, so no other stream can take the slot in between.',
      start({ ...STARTS_AGAIN, replaces: 'abc' }) + answerBlock(201, takenOver),
    ),
    step(
      'The other player stops',
      'The next heartbeat of the old stream gets `410`, and `by` says which stream took its slot. Stop playing, and tell the viewer. Do not start again by yourself.',
      beat + answerBlock(410, exampleNamed('StreamGone')),
    ),
  ]
  return `<section id="at-the-limit">${headingOf(2, 'at-the-limit', 'When the limit is reached')}<p>${BEFORE}</p>${serve}<ol class="steps">${steps.join('')}</ol></section>`
}

function step(title: string, text: string, code: string): string {
  return `<li class="pair"><div><h3>${title}</h3><p>${proseOf(text)}</p></div><div>${code}</div></li>`
}
