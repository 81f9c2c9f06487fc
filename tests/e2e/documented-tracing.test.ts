/** The code in docs/operations.md makes spans, as it is printed there. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { startService } from './running-service.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

it('the printed SDK gets the span of a start', async () => {
  const folder = temporaryFolder()
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
  const [, code = ''] = /```js\n(\/\/ otel\.mjs.*?)```/s.exec(page) ?? []
  writeFileSync(join(folder, 'otel.mjs'), code)
  const service = await startService({
    folder,
    flags: ['--tracing', 'on'],
    environment: { NODE_OPTIONS: '--import ./otel.mjs' },
  })
  expect(await new Client(service.url).start('ann', 'film')).toMatchObject({ status: 201 })
  service.signal('SIGTERM')
  await service.exitWithin(20_000)
  expect(service.garbledLines.join('\n')).toContain("name: 'POST /users/{userId}/streams'")
}, 60_000)
