/** The reference in Chromium: on a phone and at a desk, light and dark. */
import { ROUTES } from '../../service/src/api/routes/index.ts'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { OpenApiDocument } from '../../service/src/api/openapi-document.ts'
import { listen } from '../../service/src/servers/node-server.ts'
import { composeTarget } from '../http-contract/target.ts'
import { launchChromium } from './chromium.ts'
import { describeInChromium } from './in-chromium.ts'
import { TEST_MS } from './stage.ts'

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 900 }

/** What the page may weigh, in bytes for each operation: a phone loads it at once. */
const BYTES_MAX = 4_000 * ROUTES.length

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('the reference in Chromium', (executablePath) => {
  let browser: Browser
  let url: string
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    const { app, close } = await composeTarget()
    const server = await listen(app, { host: '127.0.0.1', port: 0 })
    browser = await launchChromium(executablePath)
    url = server.url
    closing.push(
      () => browser.close(),
      () => server.close(0),
      close,
    )
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })

  /** Opens the page, and collects its console messages, errors and requests. */
  const open = async (viewport: typeof PHONE, colorScheme: 'light' | 'dark' = 'light') => {
    const page = await browser.newPage({ viewport, colorScheme })
    const complaints: string[] = []
    const requests: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => requests.push(request.url()))
    const answer = await page.goto(`${url}/docs`)
    return { page, complaints, requests, bytes: (await answer?.body())?.length ?? 0 }
  }

  it.each([
    ['a phone', PHONE],
    ['a desk', DESK],
  ])('fits %s, asks no other host, and has nothing to complain of', async (_what, viewport) => {
    const { page, complaints, requests, bytes } = await open(viewport)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
    expect(complaints).toEqual([])
    expect(requests.filter((one) => !one.startsWith(`${url}/`))).toEqual([])
    expect(bytes).toBeLessThan(BYTES_MAX)
    await page.close()
  })

  it('shows every operation, problem type and body, and every link of it leads somewhere', async () => {
    const { page } = await open(DESK)
    const { paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument
    const { problems } = (await (await fetch(`${url}/problems`)).json()) as { problems: { type: string }[] }
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
    const wanted = [
      ...operations.map(({ operationId }) => operationId),
      ...problems.map(({ type }) => `problem-${type.split('/').at(-1)}`),
      ...Object.keys(components.schemas).map((name) => `schema-${name}`),
    ]
    const ids = await texts(page, '[...document.querySelectorAll("[id]")].map(({ id }) => id)')
    expect(ids).toEqual(expect.arrayContaining(wanted))
    const targets = await texts(
      page,
      '[...document.querySelectorAll("a[href^=\\"#\\"]")].map((link) => link.hash.slice(1))',
    )
    expect(targets.filter((target) => !ids.includes(target))).toEqual([])
    await page.close()
  })

  it('has light and dark colours, each with enough contrast', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await open(DESK, scheme)
      for (const selector of ['main p', 'nav a', '.soft', '.type', 'figcaption', '.s4', '.put', '.delete']) {
        expect(await contrastOf(page, selector), `${scheme}: ${selector}`).toBeGreaterThan(4.5)
      }
      await page.close()
    }
  })

  it('is reached by the keyboard: the first stop leads to the content, and the menu of a phone opens', async () => {
    const { page } = await open(PHONE)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.isVisible('.menu nav a')).toBe(true)
    await page.close()
  })
})

async function texts(page: Page, expression: string): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(expression)
}

/** The contrast of a text with its background (WCAG 2). */
async function contrastOf(page: Page, selector: string): Promise<number> {
  const [text, ground] = await page.evaluate<readonly [string, string]>(`(() => {
    const element = document.querySelector(${JSON.stringify(selector)})
    const colour = getComputedStyle(element).color
    for (let each = element; each !== null; each = each.parentElement) {
      const { backgroundColor } = getComputedStyle(each)
      if (backgroundColor !== 'rgba(0, 0, 0, 0)') return [colour, backgroundColor]
    }
    return [colour, 'rgb(255, 255, 255)']
  })()`)
  const [one, other] = [luminance(text), luminance(ground)]
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/\d+/g)].map(([digits]) => {
    const share = Number(digits) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
