/** `<streamgate-dialog>` in Chromium: its words, keyboard, screen readers and themes. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { launchChromium } from './chromium.ts'
import { showState, STATES } from './dialog-states.ts'
import { describeInChromium } from './in-chromium.ts'
import { addSdk } from './sdk-bundle.ts'
import { Site } from './site.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LOCALES = ['en', 'de', 'fr', 'es', 'it', 'ja']
const VIEWS = [360, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
)

type Finding = {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describeInChromium('the dialog', (executablePath) => {
  let site: Site
  let browser: Browser

  beforeAll(async () => {
    site = await Site.open()
    atEnd(() => site.close())
    await addSdk(site)
    browser = await launchChromium(executablePath)
    atEnd(() => browser.close())
  })

  const open = async (width = 1280, options = {}): Promise<Page> => {
    const page = await browser.newPage({
      viewport: { width, height: 740 },
      reducedMotion: 'reduce',
      ...options,
    })
    onTestFinished(() => page.close())
    await page.goto(`${site.origin}/sdk.html`)
    await page.waitForFunction('"play" in window')
    return page
  }

  it.each(VIEWS)('has no findings of axe in any state: $width px, $scheme', async ({ width, scheme }) => {
    const page = await open(width, { colorScheme: scheme })
    await page.evaluate(AXE)
    for (const name of Object.keys(STATES)) {
      await showState(page, name)
      const { violations, passes } = await page.evaluate<{ violations: Finding[]; passes: Finding[] }>(
        'axe.run()',
      )
      expect(violations.map(({ id, nodes }) => [name, id, nodes[0]?.html, nodes[0]?.failureSummary])).toEqual(
        [],
      )
      const contrasts = passes.find(({ id }) => id === 'color-contrast')
      expect(contrasts?.nodes.length, 'it looked into the dialog').toBeGreaterThan(2)
    }
  })

  it('has findings of axe if its colours are too faint', async () => {
    const page = await open()
    await page.evaluate(AXE)
    await page.addStyleTag({ content: 'streamgate-dialog { --streamgate-muted: #dddddd }' })
    await showState(page, 'limit')
    const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()')
    expect(violations.map(({ id }) => id)).toContain('color-contrast')
  })

  it('names each device with its type, since when it watches, and when it was last seen', async () => {
    const page = await open()
    await showState(page, 'several')
    const names = await page.locator('streamgate-dialog label').allInnerTexts()
    expect(names.map((name) => name.split(/\s*\n\s*/))).toEqual([
      ['Living room TV', expect.stringMatching(/^TV Since .*\d.* Active now$/)],
      [expect.stringMatching(/^Anna/), expect.stringMatching(/^Phone Since .* Last active 12 minutes ago$/)],
      ['Browser', expect.stringMatching(/^Since .* Active now$/)],
      ['<b>Games room</b>', expect.stringMatching(/^Games console Since/)],
    ])
    expect(await page.locator('streamgate-dialog svg').count()).toBe(4)
    await page.getByText('and 2 more').waitFor()
    await page.getByRole('button', { name: 'Watch here instead' }).click()
    expect(await page.evaluate('taken')).toEqual([['a', 'd']])
  })

  it('is worked by the keyboard alone, and says what it does', async () => {
    const page = await open()
    await showState(page, 'limit')
    const dialog = page.getByRole('dialog', { name: 'You’re already watching elsewhere' })
    await dialog.waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('radio', { name: /^Anna/ }).isChecked()).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('taken')).toEqual([['b']])
    await page.getByRole('button', { name: 'One moment…' }).waitFor()
    await page.keyboard.press('Enter')
    expect(await page.evaluate('taken.length'), 'once').toBe(1)
    for (let press = 0; press < 6; press += 1) await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.localName'), 'it stays inside').toMatch(
      /streamgate-dialog|body/,
    )

    await page.evaluate("addEventListener('dismiss', () => (window.isDismissed = true), true)")
    await page.keyboard.press('Escape')
    expect(await dialog.count()).toBe(0)
    expect(await page.evaluate('isDismissed')).toBe(true)
  })

  it('takes back the slot of an evicted player by one key', async () => {
    const page = await open()
    await showState(page, 'evicted')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('taken')).toEqual(['back'])
  })

  it('offers nothing that cannot help', async () => {
    const page = await open()
    for (const name of ['later', 'refused', 'ended', 'finished']) {
      await showState(page, name)
      expect(await page.getByRole('button').allTextContents(), name).toEqual(
        name === 'later' ? ['Not now'] : ['Close'],
      )
    }
    await showState(page, 'ended')
    await page.getByText('Your password was changed.').waitFor()
  })

  it.each(LOCALES)('speaks %s, and every text fits on a phone', async (lang) => {
    const page = await open(360)
    for (const name of Object.keys(STATES)) {
      await showState(page, name, lang)
      const dialog = page.getByRole('dialog')
      const text = (await dialog.innerText()).replace('Your password was changed.', '')
      expect(text).not.toMatch(/[{}]|undefined|NaN/)
      if (lang !== 'en') expect(text).not.toMatch(/\b(?:your|watching|again|close)\b/i)
      expect(await dialog.evaluate((shown) => shown.scrollWidth <= shown.clientWidth)).toBe(true)
      const box = await dialog.boundingBox()
      expect([box?.x, box?.width, Math.round((box?.y ?? 0) + (box?.height ?? 0))]).toEqual([0, 360, 740])
    }
  })

  it('falls back to English, and takes languages of the application', async () => {
    const page = await open()
    await showState(page, 'finished', 'tlh')
    await page.getByText('This programme has ended').waitFor()
    await page.evaluate(
      `import('/sdk.js').then(({ addStrings }) => addStrings('tlh', { finishedTitle: 'Rintah' }))`,
    )
    await showState(page, 'finished', 'tlh-QO')
    await page.getByText('Rintah').waitFor()
  })

  it('is mirrored if the page runs from right to left', async () => {
    const page = await open()
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await showState(page, 'limit')
    const icon = await page.locator('streamgate-dialog svg').first().boundingBox()
    const choice = await page.getByRole('radio').first().boundingBox()
    expect(icon?.x).toBeGreaterThan(choice?.x ?? Infinity)
  })

  it('moves nothing if the viewer wants that, and is themed by custom properties and an attribute', async () => {
    const page = await open(1280, { reducedMotion: 'reduce', colorScheme: 'dark' })
    await showState(page, 'limit')
    const inPage = "document.querySelector('streamgate-dialog').shadowRoot.querySelector('dialog')"
    const style = (property: string) =>
      page.evaluate<string>(`getComputedStyle(${inPage}).getPropertyValue('${property}')`)
    expect(await style('animation-name')).toBe('none')
    expect(await style('background-color')).toBe('rgb(24, 27, 35)')
    await page.evaluate("document.querySelector('streamgate-dialog').setAttribute('theme', 'light')")
    expect(await style('background-color')).toBe('rgb(255, 255, 255)')
    await page.addStyleTag({
      content: 'streamgate-dialog { --streamgate-background: rgb(1, 2, 3); --streamgate-radius: 3px }',
    })
    expect(await style('background-color')).toBe('rgb(1, 2, 3)')
    expect(await style('border-top-left-radius')).toBe('3px')
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    expect(await style('animation-name')).toBe('rise')
  })
})
