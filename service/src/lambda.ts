/**
 * The entry point on AWS Lambda, behind a REST or an HTTP API.
 */
import { compose } from './compose.ts'
import { loadConfig } from './config.ts'
import { requestOf, resultOf, type GatewayEvent, type GatewayResult } from './lambda-event.ts'
import { Log } from './log.ts'

const config = loadConfig({})
const log = new Log(config.logLevel)
const { app, finished, flush } = await compose(config, log)

/** Answers one event. What there is to log is written first, because the process is frozen after the answer. */
export async function handler(event: GatewayEvent): Promise<GatewayResult> {
  const { request, prefix } = requestOf(event)
  await finished.ifStale()
  const response = await app.handle(request)
  flush()
  log.flush()
  return resultOf(response, prefix)
}
