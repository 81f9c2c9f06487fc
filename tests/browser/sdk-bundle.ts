/** `@streamgate/player` as a bundler puts it into a page. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { documentedCode } from './documented-code.ts'
import type { Site } from './site.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const VIDEO_JS = fileURLToPath(new URL('players/node_modules/video.js/dist/video.min.js', import.meta.url))

/** All entry points of the package, but those that need a library. */
const PARTS = [
  'index',
  'adapters/video',
  'adapters/hls',
  'adapters/shaka',
  'adapters/dash',
  'adapters/video-js',
]
const SDK = [...PARTS, 'dialog/define'].map((path) => `export * from './player/src/${path}.ts'`).join('\n')

/** A component that watches while it is mounted, in strict mode, and what the page sees of it. */
const REACT = `
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { useWatch } from './player/src/react/use-watch.ts'

const root = createRoot(document.querySelector('main'))
window.phases = []
function Film({ options, isActive }) {
  const { state } = useWatch({ ...options, token: () => 'a new function each time' }, isActive)
  window.phases.push(state.phase)
  return createElement('p', {}, state.denied?.denied ?? state.phase)
}
window.draw = (options, isActive) =>
  root.render(createElement(StrictMode, {}, options && createElement(Film, { options, isActive })))
`

/** Adds pages with the SDK to a site. */
export async function addSdk(site: Site): Promise<void> {
  site.addFile('/sdk.html', 'sdk.html')
  site.addFile('/sdk-react.html', 'sdk-react.html')
  site.addFile('/sdk-documented.html', 'sdk-documented.html')
  site.add('/documented-sdk.js', documentedSdk())
  site.add('/documented-tv.js', documentedCode('docs/players.md', '// tv.js'))
  site.add('/sdk.js', await bundled(SDK))
  site.add('/sdk-react.js', await bundled(REACT))
  if (existsSync(VIDEO_JS)) site.addFile('/video.js', VIDEO_JS)
}

/** The ten lines, whose watch the page can reach. */
function documentedSdk(): string {
  return `${documentedCode('docs/players.md', "from '@streamgate/player/video'")}\nwindow.watch = watch\n`
}

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
