import { parsePathTemplate, type PathTemplate } from '../playback/path-template.ts'
import { readPlaybackKeys, type PlaybackKeys } from '../playback/playback-keys.ts'

/** Tokens that let a player fetch its stream from a CDN, and its licence. */
export type PlaybackConfig = {
  /** `undefined` if there are none. */
  readonly playbackTokens: PlaybackKeys | undefined
  /** Which paths a token opens. */
  readonly playbackPath: PathTemplate
}

/** The settings of playback tokens. */
export const PLAYBACK_SETTINGS = {
  playbackTokens: {
    variable: 'STREAMGATE_PLAYBACK_TOKENS',
    flag: '--playback-tokens',
    placeholder: '<file>',
    fallback: '',
    help: 'JSON Web Key Set whose first key signs playback tokens, as a file or, in the variable, as JSON: docs/playback-tokens.md. By default there are no such tokens',
    parse: readPlaybackKeys,
  },
  playbackPath: {
    variable: 'STREAMGATE_PLAYBACK_PATH',
    flag: '--playback-path',
    placeholder: '<path>',
    fallback: '/{contentId}/',
    help: 'how the path of everything begins that a playback token opens',
    parse: parsePathTemplate,
  },
} as const
