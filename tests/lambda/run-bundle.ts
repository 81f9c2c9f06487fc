/**
 * Runs a built `index.mjs` as Lambda would load it. It reads the events as one JSON value from
 * standard input, each with its remaining milliseconds, and calls one of the exports with each. It
 * prints each result at once, because Lambda would then freeze the process.
 */
import { pathToFileURL } from 'node:url'

const [, , code = '', name = 'handler', remainingMs = '10000'] = process.argv
const chunks: Buffer[] = []
for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
const events = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown[]
const context = { getRemainingTimeInMillis: () => Number(remainingMs) }
const exported = (await import(pathToFileURL(code).href)) as Readonly<
  Record<string, (event: unknown, context: object) => Promise<unknown>>
>
for (const event of events) {
  process.stdout.write(`result:${JSON.stringify(await exported[name]?.(event, context))}\n`)
}
process.exit(0)
