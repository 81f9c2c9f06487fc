/**
 * Runs a built `index.mjs` as Lambda would load it: sends it the events on standard input, one JSON value, and
 * prints the results.
 */
import { pathToFileURL } from 'node:url'

const [, , code = ''] = process.argv
const chunks: Buffer[] = []
for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
const events = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown[]
const { handler } = (await import(pathToFileURL(code).href)) as {
  handler: (event: unknown) => Promise<unknown>
}
const results: unknown[] = []
for (const event of events) results.push(await handler(event))
process.stdout.write(`results:${JSON.stringify(results)}\n`)
process.exit(0)
