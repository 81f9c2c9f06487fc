/**
 * `streamgate policy check`: the faults of a policy file, and what the policy means in words.
 */
import type { Command } from 'commander'
import { isProxyTrusted } from '../settings/settings.ts'

const HELP = `
A fault names its place in the file (file:line:column) and in the JSON (a JSON pointer). A warning is
about something that is allowed and makes little sense. Both go to standard error. The plans, in words,
go to standard output.

Exit codes: 0 the service would accept this policy, 1 it would not, 2 the command line makes no sense.

  streamgate policy check policy.json
  jq '.plans.family.limits[0].max = 6' policy.json | streamgate policy check -

Editors check a policy while you write it if its "$schema" names the JSON Schema that comes with
Streamgate, policy.schema.json. A running service serves it at /policy.schema.json.`

/** Adds the command to the program. */
export function addPolicyCommand(program: Command): void {
  program
    .command('policy')
    .description('Work on policy files.')
    .showHelpAfterError('(streamgate policy --help shows its commands)')
    .command('check')
    .description('Check a policy file and print the plans in words.')
    .argument('<file>', 'the file (- reads standard input)')
    .showHelpAfterError('(streamgate policy check --help explains it)')
    .addHelpText('after', HELP)
    .action(async (file: string) => {
      const { checkPolicyFile } = await import('./check-policy.ts')
      process.exitCode = await checkPolicyFile(file, { isProxyTrusted: isProxyTrusted() })
    })
}
