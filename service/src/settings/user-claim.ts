import { refuse } from './parse.ts'

/**
 * The name of the claim that holds the user id. An empty text names none.
 *
 * Outside AWS Lambda the setting is refused: no gateway passes on the claims of a token, so every
 * call would be refused.
 *
 * @throws {Error} with what is wrong, as "must be …".
 */
export function parseUserClaim(
  text: string,
  { AWS_LAMBDA_FUNCTION_NAME: functionName }: Readonly<NodeJS.ProcessEnv>,
): string | undefined {
  if (text === '') return undefined
  if (functionName === undefined) {
    return refuse('must not be set outside AWS Lambda: nothing there passes on the claims of a token')
  }
  if (/^[\u0021-\u007e]{1,128}$/.test(text)) return text
  return refuse(`must be 1 to 128 printable characters, got ${JSON.stringify(text)}`)
}
