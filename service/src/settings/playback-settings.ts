import { parsePathTemplate, type PathTemplate } from '../playback/path-template.ts'
import { oneOf, refuse } from './parse.ts'
import { readPlaybackKeys, type PlaybackKeys } from '../playback/playback-keys.ts'

/** Tokens that let a player fetch its stream from a CDN, and its licence. */
export type PlaybackConfig = {
  /** `undefined` if there are none. */
  readonly playbackTokens: PlaybackKeys | undefined
  readonly playbackFormat: 'jwt' | 'cat'
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
  playbackFormat: {
    variable: 'STREAMGATE_PLAYBACK_FORMAT',
    flag: '--playback-format',
    placeholder: '<kind>',
    fallback: 'jwt',
    help: 'jwt (JSON Web Token), or cat (Common Access Token, CTA-5007; not on AWS Lambda)',
    parse: parseFormat,
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

/** The bundle for AWS Lambda does not hold CBOR, because each cold start would pay for it. */
function parseFormat(
  text: string,
  { AWS_LAMBDA_FUNCTION_NAME: functionName }: Readonly<NodeJS.ProcessEnv>,
): 'jwt' | 'cat' {
  const format = oneOf('jwt', 'cat')(text)
  if (format === 'cat' && functionName !== undefined) return refuse('must be jwt on AWS Lambda')
  return format
}
