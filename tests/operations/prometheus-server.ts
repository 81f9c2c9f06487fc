/** A real Prometheus on a free port. It scrapes one service each second and applies our rules. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { temporaryFolder, type AtEnd } from '../../stores/test/temporary-folder.ts'
import { ALERTS_FILE, RECORDING_FILE } from './rule-files.ts'

/** A rule, as Prometheus judged it last. */
export type JudgedRule = { readonly name: string; readonly health: string; readonly lastError?: string }

/** One series of an answer: its labels and its value now. */
export type Found = {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

export class PrometheusServer {
  readonly #url: string

  private constructor(url: string) {
    this.#url = url
  }

  /** Starts it for a service at this URL, as the job `streamgate`. */
  static async start(serviceUrl: string, atEnd: AtEnd): Promise<PrometheusServer> {
    const folder = temporaryFolder(atEnd)
    const config = join(folder, 'prometheus.yml')
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [RECORDING_FILE, ALERTS_FILE],
        scrape_configs: [
          { job_name: 'streamgate', static_configs: [{ targets: [new URL(serviceUrl).host] }] },
        ],
      }),
    )
    const settings = ['--web.listen-address=127.0.0.1:0', `--storage.tsdb.path=${join(folder, 'data')}`]
    const child = spawn('prometheus', [`--config.file=${config}`, ...settings], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: folder,
    })
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
    atEnd(async () => {
      child.kill('SIGKILL')
      await gone
    })
    const lines = createInterface({ input: child.stderr })
    const url = new Promise<string>((resolve, reject) => {
      const said: string[] = []
      lines.on('line', (line) => {
        said.push(line)
        const [, address] = /msg="Listening on" address=(\S+)/.exec(line) ?? []
        if (address !== undefined) resolve(`http://${address}`)
      })
      child.once('error', reject)
      lines.once('close', () => reject(new Error(`Prometheus ended:\n${said.join('\n')}`)))
    })
    return new PrometheusServer(await url)
  }

  /** What an expression finds now. */
  async query(expr: string): Promise<readonly Found[]> {
    const { result } = await this.#get<{ result: readonly Found[] }>('query', { query: expr })
    return result
  }

  async rules(): Promise<readonly JudgedRule[]> {
    const { groups } = await this.#get<{ groups: { rules: JudgedRule[] }[] }>('rules', {})
    return groups.flatMap(({ rules }) => rules)
  }

  async #get<Data>(path: string, query: Readonly<Record<string, string>>): Promise<Data> {
    const response = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(query).toString()}`)
    const answer = (await response.json()) as { status: string; data: Data; error?: string }
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`)
    return answer.data
  }
}
