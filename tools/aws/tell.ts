/** Prints what a command does, a line for each step. */
export function tell(line: string): void {
  process.stdout.write(`==> ${line}\n`)
}
