import { afterAll, describe, expect, it } from 'vitest'
import { readPolicy } from '../../service/src/policy/policy-file.ts'
import { APP_TARGET, type Target } from './target.ts'

/** One piece of code on the page: what stands above it, and its text. */
type Code = { readonly caption: string; readonly text: string }

const page = await pageOf(await APP_TARGET.make())

describe('the examples of the reference', () => {
  let target: Target | undefined
  afterAll(async () => target?.close())

  it('of the refusal happen as the page says, under the policy that it names', async () => {
    const [serve, ...steps] = codeIn(sectionOf('at-the-limit'))
    const [, policy = ''] = /--policy '(.*)'/.exec(serve?.text ?? '') ?? []
    target = await APP_TARGET.make({ policy: readPolicy(policy) })
    const answers: unknown[] = []
    for (const { caption, text } of steps) {
      if (caption === 'curl') answers.push(await call(target, text))
      else expect(answers.at(-1)).toEqual(likeAnswer(caption, text))
    }
    expect(answers).toHaveLength(4)
  })

  it.each(['startStream', 'heartbeat'])('of %s happen as the page says', async (operation) => {
    const fresh = await APP_TARGET.make()
    const [curl, , answer] = codeIn(sectionOf(operation))
    await call(fresh, `curl "$STREAMGATE/users/123/streams" -d '{"streamId":"abc"}'`)
    const answered = await call(fresh, curl?.text ?? '')
    const { status: _status, ...shown } = likeAnswer(answer?.caption ?? '', answer?.text ?? '')
    expect(answered).toMatchObject(shown)
    await fresh.close()
  })

  it('of the stop by a leaving page is a beacon', () => {
    const code = codeIn(sectionOf('stopStreamByBeacon')).map(({ text }) => text)
    expect(code).toContainEqual(
      "addEventListener('pagehide', () => navigator.sendBeacon(streamgate + '/users/123/streams/456%40tv-1/stop'))",
    )
  })
})

async function pageOf(from: Target): Promise<string> {
  const { text } = await from.send({ method: 'GET', path: '/docs' })
  await from.close()
  return text
}

function sectionOf(id: string): string {
  return new RegExp(`<section id="${id}".*?</section>`, 's').exec(page)?.[0] ?? ''
}

function codeIn(html: string): Code[] {
  return [...html.matchAll(/<figcaption>(.*?)<\/figcaption><pre[^>]*>(.*?)<\/pre>/gs)].map(
    ([, caption = '', code = '']) => ({ caption, text: textOf(code) }),
  )
}

function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#(\d+);/g, (_whole, code: string) => String.fromCodePoint(Number(code)))
}

/** Makes the call of a curl command. Without a method, curl posts if there is a body. */
async function call(target: Target, curl: string): Promise<unknown> {
  const [, method = 'POST'] = /-X (\w+)/.exec(curl) ?? []
  const [, path = ''] = /\$STREAMGATE([^"]*)"/.exec(curl) ?? []
  const [, body = ''] = /-d '(.*)'/s.exec(curl) ?? []
  const headers = { 'content-type': 'application/json' }
  const { status, text } = await target.send({ method, path, headers, body })
  return { status, ...(JSON.parse(text) as object) }
}

/** An answer like the one on the page: the same members, and the same values but for times. */
function likeAnswer(caption: string, text: string): Readonly<Record<string, unknown>> {
  const status = Number(/\d+/.exec(caption)?.[0])
  const shown = JSON.parse(text, (name, value: unknown) =>
    /At$|Seconds$/.test(name) || name === 'at' ? (expect.anything() as unknown) : value,
  ) as object
  return { status, ...shown }
}
