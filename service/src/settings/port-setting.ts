import { wholeNumber } from './parse.ts'

/** The port. It stands alone, so that `streamgate health` loads nothing else. */
export const PORT = {
  variable: 'STREAMGATE_PORT',
  flag: '--port',
  placeholder: '<number>',
  fallback: '8080',
  help: 'port to listen on (0: any free port)',
  parse: wholeNumber(0, 65_535),
} as const
