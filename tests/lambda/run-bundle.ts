/**
 * Runs a built `index.mjs` as Lambda would load it: sends it the events on standard input, one JSON value, and
 * prints each result as soon as it has it, as Lambda would then freeze the process.
 */
import { pathToFileURL } from 'node:url'

const [, , code = ''] = process.argv
const chunks: Buffer[] = []
for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
const events = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown[]
const { handler } = (await import(pathToFileURL(code).href)) as {
  handler: (event: unknown) => Promise<unknown>
}
for (const event of events) process.stdout.write(`result:${JSON.stringify(await handler(event))}\n`)
process.exit(0)
