/** The machine's Chromium, driven by playwright-core, which brings none of its own. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Nothing that a fresh browser would do by itself, above all on the network. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of Chromium or Chrome, if there is one. */
export function findChromium(): string | undefined {
  const inPlace = PLACES.find((path) => existsSync(path))
  if (inPlace !== undefined) return inPlace
  for (const name of NAMES) {
    const { stdout } = spawnSync('which', [name], { encoding: 'utf8' })
    const path = stdout?.trim() ?? ''
    if (path !== '') return path
  }
  return undefined
}

/**
 * A browser that keeps pages after the viewer leaves them, as viewers' browsers do. Playwright
 * turns that off.
 */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: FLAGS,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

/** Ends all pages of a browser as a crash would, without any event in them. */
export function killPages(browser: Browser): Promise<void> {
  return signalPages(browser, 'SIGKILL')
}

/** Signals the processes of all pages. For them SIGSTOP is a sleep, and SIGCONT wakes them. */
export async function signalPages(browser: Browser, signal: NodeJS.Signals): Promise<void> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  for (const { type, id } of processInfo) {
    if (type === 'renderer') process.kill(id, signal)
  }
}
