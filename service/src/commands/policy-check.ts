/**
 * `streamgate policy check`: what is wrong with a policy file, and how it will be understood.
 */
import type { Command } from 'commander'
import type { PolicyFault } from '@streamgate/core'
import type { JsonPlaces } from '../text/json-places.ts'
import { faultLines } from './policy-fault-lines.ts'
import { parsePolicyText, placesIn, PolicyTextError } from '../policy/policy-file.ts'
import { readPolicyStream, readPolicyText } from '../policy/policy-text.ts'
import { policyWarnings } from '../policy/policy-warnings.ts'
import { policyInWords } from '../policy/policy-words.ts'
import { reasonOf } from '../text/reason.ts'

const HELP = `
Faults name the place in the file (file:line:column) and, as a JSON pointer, in the JSON. Warnings are about
what is allowed and makes little sense. Both go to standard error; the plans, in words, to standard output.

Exit codes: 0 the service would take this policy, with or without warnings; 1 it would not; 2 a wrong command.

  streamgate policy check policy.json
  jq '.plans.family.limits[0].max = 6' policy.json | streamgate policy check -

Editors check a policy while it is written where its "$schema" names the JSON Schema that comes with
Streamgate, policy.schema.json; a running service has it at /policy.schema.json.`

/** Adds the command to the program. */
export function addPolicyCommand(program: Command): void {
  program
    .command('policy')
    .description('Work on policy files.')
    .showHelpAfterError('(streamgate policy --help shows what there is)')
    .command('check')
    .description('Check a policy file, and show how it will be understood.')
    .argument('<file>', 'the file; - reads standard input')
    .showHelpAfterError('(streamgate policy check --help explains it)')
    .addHelpText('after', HELP)
    .action(async (file: string) => {
      process.exitCode = await checkPolicyFile(file)
    })
}

/** Checks a file and says what there is to say; resolves with the exit code. */
async function checkPolicyFile(file: string): Promise<number> {
  const name = file === '-' ? 'standard input' : file
  try {
    const json = file === '-' ? await readPolicyStream(process.stdin) : await readPolicyText(file)
    const policy = parsePolicyText(json)
    const places = placesIn(json)
    const warnings = [...repetitions(places), ...policyWarnings(policy)]
    const placed = warnings.map((warning) => ({ ...warning, ...places.of(warning.pointer) }))
    tell(faultLines(name, placed, 'warning: '))
    const count = policy.plans.size === 1 ? '1 plan' : `${policy.plans.size} plans`
    process.stdout.write(`${name} is a policy of ${count}: ${policyInWords(policy)}`)
    return 0
  } catch (error) {
    if (error instanceof PolicyTextError) tell(faultLines(name, error.faults))
    else tell([`streamgate: ${name} cannot be read: ${reasonOf(error)}`])
    return 1
  }
}

function tell(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`)
}

function repetitions({ repeated }: JsonPlaces): PolicyFault[] {
  return repeated.map((pointer) => ({ pointer, detail: 'stands here twice; only the last holds' }))
}
