const STRICT = new TextDecoder('utf-8', { fatal: true })

/**
 * The text in these bytes. Node's own conversion would replace what is not UTF-8.
 *
 * @throws {TypeError} if they are not UTF-8.
 */
export function textOfUtf8(bytes: Uint8Array | undefined): string {
  return STRICT.decode(bytes)
}
