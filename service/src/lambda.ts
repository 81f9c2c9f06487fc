/**
 * The entry point on AWS Lambda, behind a REST or an HTTP API or a function URL.
 */
import { compose } from './compose.ts'
import { loadConfig } from './settings/settings.ts'
import {
  acknowledge,
  isRequestEvent,
  requestOf,
  resultOf,
  type GatewayEvent,
  type GatewayResult,
} from './servers/api-gateway.ts'
import { Log } from './telemetry/log.ts'

const config = loadConfig({})
const log = new Log(config)
const { app, finished, pools, flush } = await compose(config, log)

/**
 * Answers one event.
 *
 * The log is written first, because the process is frozen after the answer. An event that is not a
 * request, from a schedule or to keep the instance warm, is answered too. It has opened the
 * connection to the table.
 *
 * @throws {TypeError} for records of a queue, a topic or a stream. An answer would lose them.
 */
export async function handler(event: unknown): Promise<GatewayResult> {
  await finished.ifStale()
  await pools.tend()
  const result = isRequestEvent(event) ? await answerTo(event) : acknowledge(event)
  flush()
  log.flush()
  return result
}

async function answerTo(event: GatewayEvent): Promise<GatewayResult> {
  const { request, prefix } = requestOf(event)
  return resultOf(await app.handle(request), prefix)
}
