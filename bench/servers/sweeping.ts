/**
 * The service on LMDB, which sweeps in its own process on request: `sweeping.ts <port> <folder>`.
 *
 * A message `{ "rate": N }` begins a sweep where the last one stopped. `"stop"` ends it, and the
 * answer says how many users were seen in how many seconds.
 */
import { compose } from '../../service/src/compose.ts'
import { loadConfig } from '../../service/src/settings/settings.ts'
import { Log } from '../../service/src/telemetry/log.ts'
import { listen } from '../../service/src/servers/node-server.ts'
import type { SegmentLeft, SweepReport } from '../../service/src/sweep/sweep-job.ts'

const [, , port = '0', folder = ''] = process.argv
const config = loadConfig({ store: `lmdb:${folder}`, storeTimeoutMs: '10000' }, {})
const { app, sweeper } = await compose(config, new Log({ logLevel: 'silent' }))
await listen(app, { host: '127.0.0.1', port: Number(port) })

let left: readonly SegmentLeft[] | undefined
let controller = new AbortController()
let underWay: Promise<SweepReport> | undefined

process.on('message', (message: { readonly rate: number } | 'stop' | 'cpu') => {
  if (typeof message === 'object') {
    controller = new AbortController()
    underWay = sweeper.sweep({ rate: message.rate, segments: 1, left, signal: controller.signal })
  } else if (message === 'stop') void stop()
})

async function stop(): Promise<void> {
  controller.abort()
  const report = await underWay
  left = report && report.left.length > 0 ? report.left : undefined
  process.send?.({ usersSeen: report?.tally.usersSeen, seconds: report?.seconds })
}
