/** The Dockerfile as data, as far as it uses the language. */
import { read } from './ops-packages.ts'

/** One instruction, with what follows it. */
export type Instruction = { readonly name: string; readonly text: string }

/** What one FROM begins. The last stage is the image, and has no name. */
export type Stage = {
  readonly base: string
  readonly name: string
  readonly instructions: readonly Instruction[]
}

/** The stages, in their order. */
export function readStages(): readonly Stage[] {
  const lines = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter(Boolean)
  const stages: { base: string; name: string; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const [, name = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    const [, base = '', stage = ''] = /^(\S+)(?: AS (\S+))?$/.exec(text) ?? []
    if (name === 'FROM') stages.push({ base, name: stage, instructions: [] })
    else stages.at(-1)?.instructions.push({ name, text })
  }
  return stages
}

/** The stage that becomes the image. */
export function finalStage(): Stage {
  const stage = readStages().at(-1)
  if (stage === undefined) throw new Error('The Dockerfile has no stage')
  return stage
}

/** What follows an instruction that the stage has once. */
export function textOf(stage: Stage, name: string): string {
  const [found, ...others] = stage.instructions.filter((instruction) => instruction.name === name)
  if (found === undefined || others.length > 0) throw new Error(`The stage has not exactly one ${name}`)
  return found.text
}

/**
 * A command in exec form.
 *
 * @throws {SyntaxError} if it is in shell form.
 */
export function execForm(text: string): readonly string[] {
  return JSON.parse(text.replace(/^.*?(?=\[)/, '')) as string[]
}

/** The variables of the image. */
export function variablesOf(stage: Stage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    textOf(stage, 'ENV')
      .split(' ')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}
