/**
 * A program: probes the store of a service with the flags in its first message, and sends what it
 * finds. It is started by `streamgate doctor`.
 */
import { realClockMs } from '../compose.ts'
import type { ProbeMessage } from '../doctor/store-process.ts'
import { probeStore } from '../doctor/store-probe.ts'
import { loadConfig, type Flags } from '../settings/settings.ts'

process.once('message', (message) => {
  const { flags } = message as { readonly flags: Flags }
  void probeStore(loadConfig(flags), {
    nowMs: realClockMs,
    tell: (finding) => send({ finding }),
    announce: (step) => send({ step }),
  }).then(() => {
    send({ isDone: true })
    process.disconnect()
  })
})

function send(message: ProbeMessage): void {
  process.send?.(message)
}
