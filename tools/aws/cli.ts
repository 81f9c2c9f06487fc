#!/usr/bin/env node
/**
 * The commands of the AWS deployment. They need only Node, Terraform and credentials. The code of a
 * command is loaded when it is called, so that help and wrong usage are answered at once.
 */
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import type { DeployOptions } from './deploy.ts'
import type { DestroyOptions } from './destroy.ts'
import { Interrupted, Misuse, Refusal, SmokeTestFailed, TerraformFailed } from './endings.ts'
import { Repository } from './repository.ts'

/** Exit codes of a command that failed, that was used wrongly, and that was stopped by Ctrl-C. */
const FAILED = 1
const MISUSED = 2
const INTERRUPTED = 130

const repository = new Repository(fileURLToPath(new URL('../..', import.meta.url)))

const program = new Command('streamgate-aws')
  .description(
    'Streamgate on AWS: releases and deployments. Credentials and Region come from the AWS SDK’s usual places.',
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISUSED))

program
  .command('release')
  .description('Upload dist/bundle.zip as the release of this commit, once and for all.')
  .action(async () => {
    const { release } = await import('./release.ts')
    await release(repository)
  })

deploying('deploy', 'Bring an environment to a released commit; an older one is a roll-back.')
  .option('--commit <sha>', 'the released commit; by default the one the tree is at')
  .action(async (options: DeployOptions) => {
    const { deploy } = await import('./deploy.ts')
    await deploy(repository, options)
  })

deploying('build-release-deploy', 'Build, release and deploy the commit the tree is at.').action(
  async (options: DeployOptions) => {
    const { buildReleaseDeploy } = await import('./provision.ts')
    await buildReleaseDeploy(repository, options)
  },
)

deploying(
  'provision',
  'From an empty account to an answering URL: buckets, build, release, deploy. Safe to repeat.',
).action(async (options: DeployOptions) => {
  const { provision } = await import('./provision.ts')
  await provision(repository, options)
})

environmental('destroy', 'Take an environment away, with every viewer’s streams.').action(
  async (options: DestroyOptions) => {
    const { destroy } = await import('./destroy.ts')
    await destroy(repository, options)
  },
)

// The code that runs Terraform stops it and waits for it. Everything else can be dropped at once
// and done again.
process.on('SIGINT', () => {
  if (process.listenerCount('SIGINT') > 1) return
  process.exit(tellFailure(new Interrupted()))
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = tellFailure(error)
}

function environmental(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--env <name>', 'the environment, such as dev or prod')
    .option('--auto-approve', 'do not ask before anything is changed')
}

function deploying(name: string, description: string): Command {
  return environmental(name, description)
    .option('--allow-table-replacement', 'apply a plan even if it loses the table and every viewer’s streams')
    .option('--no-smoke-test', 'do not try the deployment with a start, a refusal and a stop')
    .option('--url <address>', 'try it at this address: a custom domain, or one that is reached from here')
}

function tellFailure(error: unknown): number {
  if (error instanceof Interrupted) {
    process.stderr.write('streamgate: stopped\n')
    return INTERRUPTED
  }
  const isExpected = [Refusal, TerraformFailed, SmokeTestFailed].some((kind) => error instanceof kind)
  const reason = error instanceof Error ? error.message : String(error)
  process.stderr.write(`streamgate: ${isExpected ? reason : `this should not have happened: ${reason}`}\n`)
  return error instanceof Misuse ? MISUSED : FAILED
}
