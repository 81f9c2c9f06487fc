import type { Lease } from '@streamgate/core'
import { check, type Violation } from './checker.ts'
import type { Answer, History, Operation } from './history.ts'
import { simulate, type Rules } from './simulation.ts'
import type { Reading } from './takings.ts'

/** The most operations a report shows: those that led up to the fault. */
const OPERATIONS_SHOWN_MAX = 25

/**
 * Tells of the faults of a seed as shortly as it can: the shortest run that still shows one, and of it what
 * the user in question was asked and answered up to then. Empty where the seed shows no fault.
 */
export async function reportOf(rules: Rules, seed: number, reading?: Reading): Promise<string> {
  const full = await simulate(rules, { seed })
  if (check(full, reading).length === 0) return ''
  for (let operations = 1; operations <= full.operations.length; operations += 1) {
    const history = await simulate(rules, { seed, operations })
    const violation = check(history, reading)[0]
    if (violation !== undefined) return reportOn(history, violation, `seed ${seed}, ${operations} operations`)
  }
  const violation = check(full, reading)[0]
  return violation === undefined ? '' : reportOn(full, violation, `seed ${seed}`)
}

function reportOn(
  { operations, terms }: History,
  { rule, detail, operation }: Violation,
  run: string,
): string {
  const { user } = operation.request
  const lines = operations
    .filter((each) => each.request.user === user && each.invoked.step <= operation.answered.step)
    .slice(-OPERATIONS_SHOWN_MAX)
    .map(lineOf)
  const head = `${run}, lease ${terms.leaseMs} ms, ${user}: operation ${operation.number} breaks "${rule}": ${detail}`
  return [head, ...lines].join('\n')
}

/** `#7 client 2 steps 12–19 at 1003–1009: start a@tv replaces b → admitted a@tv (g5) until 1103, live a@tv (g5), c (g2)` */
function lineOf({ number, client, request, invoked, answered, answer }: Operation): string {
  const { verb, user: _user, ...facts } = request
  const { id, replaces, generation } = { id: '', replaces: undefined, generation: undefined, ...facts }
  const asked = [
    verb,
    id,
    generation && `of ${generation}`,
    replaces && `replaces ${replaces}`,
    limitOf(request),
  ]
  const when = `steps ${invoked.step}–${answered.step} at ${invoked.atMs}–${answered.atMs}`
  return `#${number} client ${client} ${when}: ${asked.filter(Boolean).join(' ')} → ${wordsOf(answer)}`
}

function limitOf(request: Operation['request']): string {
  return 'limit' in request ? `under ${request.limit}` : ''
}

function wordsOf(answer: Answer): string {
  switch (answer.outcome) {
    case 'admitted':
    case 'renewed':
      return `${answer.outcome} ${leaseWords(answer.lease)}, live ${answer.live.map(leaseWords).join(', ')}`
    case 'denied':
      return `denied by ${answer.holders.map(leaseWords).join(', ')}`
    case 'listed':
      return `live ${answer.live.map(leaseWords).join(', ')}`
    case 'evicted':
      return `evicted ${answer.eviction.generation} by ${answer.eviction.by.id} at ${answer.eviction.atMs}`
    case 'stopped':
      return answer.stopped ? 'stopped' : 'was not held'
    case 'failed':
      return `failed ${answer.code}`
    case 'ended':
    case 'finished':
    case 'erased':
      return answer.outcome
  }
}

function leaseWords({ id, generation, expiresAtMs }: Lease): string {
  return `${id} (${generation}) until ${expiresAtMs}`
}
