import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { newFolder } from './command.ts'
import { COMMAND_LINE } from './running-service.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Makes a pipe look like a terminal to the process that writes to it. */
const PRETEND_TERMINAL = `data:text/javascript,${encodeURIComponent(`
  import { WriteStream } from 'node:tty'
  const { getColorDepth, hasColors } = WriteStream.prototype
  Object.assign(process.stdout, { isTTY: true, getColorDepth, hasColors })
`)}`
const COLOUR = '\u001b['

/** A service whose output a person, or a pipe, would get. */
class Output {
  readonly lines: string[] = []
  readonly #child

  constructor(flags: readonly string[], { isTerminal = false, environment = {} } = {}) {
    const options = isTerminal ? ['--import', PRETEND_TERMINAL] : []
    const args = [...options, COMMAND_LINE, 'serve', '--port', '0', '--drain-seconds', '0', ...flags]
    this.#child = spawn(process.execPath, args, {
      env: environment,
      cwd: newFolder(),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    createInterface(this.#child.stdout).on('line', (line) => this.lines.push(line))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  async until(pattern: RegExp): Promise<string> {
    return vi.waitFor(
      () => {
        const found = this.lines.find((line) => pattern.test(line))
        if (found === undefined) throw new Error(`no ${pattern} in\n${this.lines.join('\n')}`)
        return found
      },
      { timeout: 30_000 },
    )
  }

  /** Starts a stream at the address in this line. */
  async start(line: string): Promise<void> {
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    const body = JSON.stringify({ streamId: '456' })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${url}/users/123/streams`, { method: 'POST', headers, body })).status).toBe(201)
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => {
      this.#child.once('close', resolve)
    })
    this.#child.kill('SIGTERM')
    return ended
  }
}

describe('the output of the service', () => {
  it('is words on a terminal: where it listens, store, policy, a command to try, then each decision', async () => {
    const output = new Output(['--store', 'memory:'], { isTerminal: true, environment: { NO_COLOR: '1' } })
    const curl = await output.until(/^ {2}curl /)
    const welcome = output.lines.join('\n')
    expect(welcome).toMatch(/^Streamgate \S+ listens on http:\/\/127\.0\.0\.1:\d+$/m)
    expect(welcome).toMatch(/^ {2}Store {3}memory:$/m)
    expect(welcome).toMatch(/^ {2}Policy {2}built in: 3 streams, deny when full, lease 75 s, /m)
    expect(welcome).toMatch(/^ {2}Docs {4}http:.*\/docs$/m)
    await output.start(curl)
    expect(await output.until(/admitted/)).toMatch(/^\d\d:\d\d:\d\d {2}start +123 +456 +admitted {2}1 of 3$/)
    expect(await output.stop()).toBe(0)
    expect(output.lines.join('\n')).not.toContain(COLOUR)
    expect(output.lines.at(-1)).toMatch(/stopped/)
  })

  it('is the welcome on a terminal whatever the level of the log, and says which lines follow', async () => {
    const output = new Output(['--store', 'memory:', '--log-level', 'warn'], { isTerminal: true })
    await output.until(/^ {2}curl /)
    expect(await output.until(/Ctrl-C/)).toBe('The log shows warn and worse. Ctrl-C stops the service.')
  })

  it('has colours on a terminal unless NO_COLOR is set', async () => {
    const environment = { TERM: 'xterm-256color' }
    const output = new Output(['--store', 'memory:'], { isTerminal: true, environment })
    await output.start(await output.until(/curl /))
    expect(await output.until(/admitted/)).toContain(COLOUR)
  })

  it('is JSON in a pipe, and on a terminal too if it is asked for', async () => {
    for (const [flags, isTerminal] of [
      [[], false],
      [['--log-format', 'json'], true],
    ] as const) {
      const output = new Output(['--store', 'memory:', ...flags], { isTerminal })
      await output.start(await output.until(/"listening"/))
      expect(JSON.parse(await output.until(/"decision"/))).toMatchObject({ verb: 'start', user: '123' })
      await output.stop()
      for (const line of output.lines) expect(JSON.parse(line)).toHaveProperty('msg')
    }
  })

  it('is words of all workers, with one welcome, if text is asked for', async () => {
    const output = new Output(['--log-format', 'text', '--workers', '2'])
    await output.start(await output.until(/curl /))
    await output.until(/start +123 +456 +admitted/)
    expect(await output.stop()).toBe(0)
    expect(output.lines.filter((line) => /listen/.test(line))).toHaveLength(1)
    expect(output.lines).toContain('  Workers 2')
    expect(output.lines.join('\n')).not.toContain(COLOUR)
  })
})
