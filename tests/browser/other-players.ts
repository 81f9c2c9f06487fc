/**
 * Shaka Player and dash.js, with the code in `docs/players.md`. They are not dependencies of the
 * project, because they are large. `npm ci` in `tests/browser/players` installs them.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { documentedCode } from './documented-code.ts'
import type { Site } from './site.ts'

/** A player: the path of its build, and how its code in the document begins and is called. */
type OtherPlayer = { readonly build: string; readonly code: string; readonly name: string }

export const OTHER_PLAYERS: Readonly<Record<'shaka' | 'dash', OtherPlayer>> = {
  shaka: {
    build: 'players/node_modules/shaka-player/dist/shaka-player.compiled.js',
    code: 'player.configure({',
    name: 'configureShaka',
  },
  dash: {
    build: 'players/node_modules/dashjs/dist/modern/umd/dash.all.min.js',
    code: 'player.updateSettings({',
    name: 'configureDash',
  },
}

/** Whether they are installed. */
export function hasOtherPlayers(): boolean {
  return Object.values(OTHER_PLAYERS).every(({ build }) =>
    existsSync(fileURLToPath(new URL(build, import.meta.url))),
  )
}

/** The document's code for a player, as a module with a function that runs it. */
export function otherPlayersModule({ name, code }: OtherPlayer): string {
  const names = '{ player, video, stream, home, contentId, stopUrl }'
  return `export function ${name}(${names}) {\n${documentedCode('docs/players.md', code)}}\n`
}

/** Adds their code to a site, and the players themselves if they are installed. */
export function addOtherPlayers(site: Site): void {
  for (const [kind, player] of Object.entries(OTHER_PLAYERS)) {
    site.add(`/${kind}-code.js`, otherPlayersModule(player))
    if (hasOtherPlayers()) site.addFile(`/${kind}.js`, player.build)
  }
}
