import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { approve, type Terminal } from '../../tools/aws/approval.ts'
import { Interrupted, Refusal } from '../../tools/aws/endings.ts'

describe('approval', () => {
  it('is a yes, and nothing else', async () => {
    await expect(answered('yes\n')).resolves.toBeUndefined()
    for (const answer of ['y\n', 'no\n', '\n', 'YES\n']) {
      await expect(answered(answer)).rejects.toThrow(new Refusal('nothing was changed'))
    }
  })

  it('is not given if the input ends', async () => {
    await expect(answered(undefined)).rejects.toThrow(new Refusal('nothing was changed'))
  })

  it('is not given by Ctrl-C', async () => {
    await expect(answered('\u0003')).rejects.toThrow(Interrupted)
  })

  it('is not asked for if a flag gave it, or if there is no terminal', async () => {
    await expect(approve('Go on?', true, terminalOf(new PassThrough(), false))).resolves.toBeUndefined()
    const unasked = approve('Go on?', false, terminalOf(new PassThrough(), false))
    await expect(unasked).rejects.toThrow('there is no terminal to ask on')
  })
})

async function answered(keys: string | undefined): Promise<void> {
  const input = new PassThrough()
  const approval = approve('Go on?', false, terminalOf(input, true))
  if (keys === undefined) input.end()
  else input.write(keys)
  return approval
}

function terminalOf(input: PassThrough, isTTY: boolean): Terminal {
  const output = Object.assign(new PassThrough(), { isTTY })
  return { input: Object.assign(input, { isTTY, setRawMode: () => input }), output }
}
