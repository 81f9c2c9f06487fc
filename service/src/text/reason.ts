/** Why something failed, in one line: an error's message and those of its causes. */
export function reasonOf(error: unknown): string {
  const messages: string[] = []
  for (let one = error; one instanceof Error; one = one.cause) messages.push(one.message)
  return messages.length > 0 ? messages.join(': ') : String(error)
}
