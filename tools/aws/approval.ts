import { createInterface } from 'node:readline/promises'
import { Interrupted, Refusal } from './endings.ts'

/** Where somebody may be asked. */
export type Terminal = {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

const STANDARD: Terminal = { input: process.stdin, output: process.stdout }

/**
 * Goes on only where somebody says yes, or `--auto-approve` said it before.
 *
 * @throws {Refusal} where nobody is there to be asked, or the answer is another; {Interrupted} on Ctrl-C.
 */
export async function approve(
  question: string,
  isAutoApproved: boolean,
  terminal: Terminal = STANDARD,
): Promise<void> {
  if (isAutoApproved) return
  refuseUnattended(isAutoApproved, terminal)
  const reader = createInterface(terminal)
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      reader.once('SIGINT', () => reject(new Interrupted()))
      reader.once('close', () => resolve(''))
      reader.question(`${question} Only "yes" goes on: `).then(resolve, reject)
    })
    if (answer.trim() !== 'yes') throw new Refusal('nothing was changed')
  } finally {
    reader.close()
  }
}

/** @throws {Refusal} where a question could not be answered, before any work is done in vain. */
export function refuseUnattended(isAutoApproved: boolean, { input }: Terminal = STANDARD): void {
  if (isAutoApproved || input.isTTY === true) return
  throw new Refusal('there is no terminal to ask on: say --auto-approve if it may change things unasked')
}
