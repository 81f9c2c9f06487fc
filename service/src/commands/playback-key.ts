/**
 * `streamgate playback-key`: makes the keys of playback tokens, and shows their public parts.
 */
import type { Command } from 'commander'

const HELP = `
  streamgate playback-key new > keys.json           a file with one new key (ES256)
  streamgate playback-key new --alg HS256           a shared secret instead
  streamgate playback-key add keys.json > next.json a new key behind the others: it is published, and signs nothing
  streamgate playback-key next keys.json > next.json  the second key first: it signs from now on
  streamgate playback-key public keys.json          the public keys as a JSON Web Key Set
  streamgate playback-key public keys.json --pem    the public key that signs, as PEM

The output holds private keys, unless it is that of "public". Write it to a file that only the service can
read (umask 077). docs/playback-tokens.md explains how to change a key.

Exit codes: 0 done, 1 the file has no such keys, 2 the command line makes no sense.`

/** Adds the command to the program. */
export function addPlaybackKeyCommand(program: Command): void {
  const command = program
    .command('playback-key')
    .description('Make keys for playback tokens.')
    .showHelpAfterError('(streamgate playback-key --help explains it)')
    .addHelpText('after', HELP)
  const algorithm = ['--alg <alg>', 'ES256, EdDSA or HS256', 'ES256'] as const
  command
    .command('new')
    .description('Print a key set with one new key.')
    .option(...algorithm)
    .action((options: object) => run('new', undefined, options))
  command
    .command('add')
    .description('Print the key set of a file with a new key at its end.')
    .argument('<file>')
    .option(...algorithm)
    .action((file: string, options: object) => run('add', file, options))
  command
    .command('next')
    .description('Print the key set of a file with its second key first.')
    .argument('<file>')
    .action((file: string, options: object) => run('next', file, options))
  command
    .command('public')
    .description('Print the public keys of a file.')
    .argument('<file>')
    .option('--pem', 'the first key, as PEM')
    .action((file: string, options: object) => run('public', file, options))
}

async function run(action: 'new' | 'add' | 'next' | 'public', file: string | undefined, options: object) {
  const { runPlaybackKey } = await import('./run-playback-key.ts')
  process.exitCode = runPlaybackKey(action, { file, ...options })
}
