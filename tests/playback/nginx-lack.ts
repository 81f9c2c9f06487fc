import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CONFIG = 'load_module modules/ngx_http_js_module.so; events {} pid /dev/null;'

/** What the tests of nginx need and this machine lacks, in one line. */
export function nginxLack(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-nginx-'))
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, CONFIG)
  const { status, error } = spawnSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', file])
  rmSync(folder, { recursive: true })
  if (error !== undefined) return 'nginx is not installed'
  return status === 0 ? undefined : 'nginx has no njs: install libnginx-mod-http-js'
}
