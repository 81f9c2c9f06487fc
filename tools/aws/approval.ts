import { createInterface } from 'node:readline/promises'
import { Interrupted, Refusal } from './endings.ts'

/** Where questions can be asked. */
export type Terminal = {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

const STANDARD: Terminal = { input: process.stdin, output: process.stdout }

/**
 * Continues only if the answer is yes, or with `--auto-approve`.
 *
 * @throws {Refusal} if there is no terminal to ask on, or on any other answer; {Interrupted} on
 * Ctrl-C.
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

/** @throws {Refusal} if a question could not be answered later, before any work is wasted. */
export function refuseUnattended(isAutoApproved: boolean, { input }: Terminal = STANDARD): void {
  if (isAutoApproved || input.isTTY === true) return
  throw new Refusal('there is no terminal to ask on: say --auto-approve if it may change things unasked')
}
