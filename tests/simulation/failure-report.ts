import type { Lease, Policy } from '@streamgate/core'
import { check, type Violation } from './checker/checker.ts'
import type { Answer, History, Operation } from './history.ts'
import { simulate, type Rules, type Run } from './world/simulation.ts'
import type { Reading } from './checker/lifetimes.ts'

/** The most operations that a report shows: those that led up to the fault. */
const OPERATIONS_SHOWN_MAX = 25

/**
 * Reports the first fault of a seed as briefly as possible. It finds the shortest run that still
 * shows a fault, and lists what the user asked and was answered up to then. Empty if the seed shows
 * no fault.
 */
export async function reportOf(rules: Rules, run: Run, reading?: Reading): Promise<string> {
  const full = await simulate(rules, run)
  if (check(full, reading).length === 0) return ''
  for (let operations = 1; operations <= full.operations.length; operations += 1) {
    const history = await simulate(rules, { ...run, operations })
    const violation = check(history, reading)[0]
    if (violation !== undefined)
      return reportOn(history, violation, `seed ${run.seed}, ${operations} operations`)
  }
  const violation = check(full, reading)[0]
  return violation === undefined ? '' : reportOn(full, violation, `seed ${run.seed}`)
}

function reportOn(
  { operations, policies, errands }: History,
  { rule, detail, operation }: Violation,
  run: string,
): string {
  const { user } = operation.request
  const lines = operations
    .filter((each) => each.request.user === user && each.invoked.step <= operation.answered.step)
    .slice(-OPERATIONS_SHOWN_MAX)
    .map((each) => ({ step: each.invoked.step, line: lineOf(each) }))
  const others = [
    ...policies.map(({ step, limiter, policy }) => ({
      step,
      line: `step ${step}: limiter ${limiter} decides by ${wordsOfPolicy(policy)}`,
    })),
    ...errands.map(({ errand, invoked, answered, limiter, isLost }) => ({
      step: invoked.step,
      line: `steps ${invoked.step}–${answered.step}: limiter ${limiter} ${JSON.stringify(errand)}${isLost ? ' is lost' : ''}`,
    })),
  ].filter(({ step }) => step <= operation.answered.step)
  const head = `${run}, ${user}: operation ${operation.number} breaks "${rule}": ${detail}`
  const sorted = [...lines, ...others].toSorted((one, other) => one.step - other.step)
  return [head, ...sorted.map(({ line }) => line)].join('\n')
}

const NO_FACTS = {
  id: '',
  replaces: undefined,
  generation: undefined,
  report: undefined,
  byOperator: undefined,
  stream: undefined,
}

/**
 * For example `#7 client 2 steps 12–19 at 1003–1009: start a@tv replaces b → admitted a@tv (g5)`.
 */
function lineOf({ number, client, limiter, request, invoked, answered, answer }: Operation): string {
  const { verb, user: _user, ...facts } = request
  const { id, replaces, generation, report, byOperator, stream } = { ...NO_FACTS, ...facts }
  const { streamId: _streamId, label: _label, ...told } = stream ?? {}
  const asked = [
    verb,
    id,
    generation && `of ${generation}`,
    replaces && `replaces ${replaces}`,
    byOperator && `by an operator ${JSON.stringify(byOperator)}`,
    report && `reports ${JSON.stringify(report)}`,
    stream && JSON.stringify(told),
    planOf(request),
  ]
  const when = `steps ${invoked.step}–${answered.step} at ${invoked.atMs}–${answered.atMs}`
  return `#${number} client ${client} at limiter ${limiter} ${when}: ${asked.filter(Boolean).join(' ')} → ${wordsOf(answer)}`
}

function planOf(request: Operation['request']): string {
  return 'stream' in request ? `under ${request.plan ?? 'the default plan'}` : ''
}

function wordsOfPolicy({ plans, paces }: Policy): string {
  return JSON.stringify({ paces, plans: [...plans.values()] })
}

function wordsOf(answer: Answer): string {
  switch (answer.outcome) {
    case 'admitted':
    case 'renewed':
      return `${answer.outcome} ${leaseWords(answer.lease)}, live ${listWords(answer.live)}, ends ${listWords(answer.ends)}`
    case 'denied':
      return `denied by ${JSON.stringify(answer.limit)}: ${listWords(answer.holders)}`
    case 'listed':
      return `live ${listWords(answer.live)}`
    case 'evicted':
      return `evicted ${answer.eviction.generation} by ${answer.eviction.by.id} at ${answer.eviction.atMs}`
    case 'failed':
      return `failed ${answer.code}`
    case 'ended':
      return `ended ${answer.reason ?? ''}`
    case 'stopped':
    case 'noted':
    case 'not-held':
    case 'ignored':
    case 'outdated':
    case 'finished':
    case 'erased':
      return answer.outcome
  }
}

function listWords(leases: readonly Lease[]): string {
  return leases.map(leaseWords).join(', ') || 'none'
}

function leaseWords(lease: Lease): string {
  const { id, generation, plan, renewedAtMs, expiresAtMs, graceUntilMs } = lease
  const { reportedContentId, reportedAtMs } = lease
  const grace = graceUntilMs === undefined ? '' : `, in grace until ${graceUntilMs}`
  const report = reportedContentId ?? reportedAtMs
  const reported = report === undefined ? '' : ` reported ${reportedContentId} ${reportedAtMs}`
  return `${id} (${generation}, ${plan}) from ${renewedAtMs} until ${expiresAtMs}${grace}${reported}`
}
