import type { Mutant } from './mutant.ts'

/**
 * Mutants of what a process knows: how often players call, what has finished, and which policy
 * applies.
 */
export const PROCESS_MUTANTS: readonly Mutant[] = [
  {
    slip: 'players call often even with room',
    file: 'heartbeat-pacer.ts',
    right: 'hasNoRoom ? paces.whenFull : paces.whenRoom',
    wrong: 'hasNoRoom ? paces.whenRoom : paces.whenFull',
    caughtBy: 'pace',
  },
  {
    slip: 'jitter is twice as large',
    file: 'heartbeat-pacer.ts',
    right: 'JITTER_RATIO = 0.1',
    wrong: 'JITTER_RATIO = 0.2',
    caughtBy: 'pace',
  },
  {
    slip: 'all users have room',
    file: 'heartbeat-pacer.ts',
    right: 'const hasNoRoom = isFull(plan, live)',
    wrong: 'const hasNoRoom = false',
    caughtBy: 'pace',
  },
  {
    slip: "a lease's expiry does not follow its interval",
    file: 'answer.ts',
    right: 'held.graceUntilMs !== undefined || held.expiresAtMs === times.expiresAtMs',
    wrong: 'held !== undefined',
    caughtBy: 'pace',
  },
  {
    slip: 'a lease is shown as it was before its expiry moved',
    file: 'answer.ts',
    right: 'granted(lease, parts.finished',
    wrong: 'granted(held, parts.finished',
    caughtBy: 'pace',
  },
  {
    slip: 'a grant shows any lifetime that is there by now',
    file: 'answer.ts',
    right: '(done && heldLease(roster, held.id)) || held',
    wrong: 'heldLease(roster, held.id) ?? held',
    caughtBy: 'generation',
  },
  {
    slip: 'a finished stream is started',
    file: 'start.ts',
    right: '  if (parts.finished.has(stream.streamId, parts.now(), user)) return FINISHED\n',
    wrong: '',
    caughtBy: 'finished',
  },
  {
    slip: 'a finished stream is renewed',
    file: 'heartbeat.ts',
    right: '  if (parts.finished.has(stream.streamId, parts.now(), user)) return FINISHED\n',
    wrong: '',
    caughtBy: 'finished',
  },
  {
    slip: 'finished streams count',
    file: 'settler.ts',
    right: 'this.#parts.finished.judged(roster, nowMs, user)',
    wrong: 'roster',
    caughtBy: 'finished',
  },
  {
    slip: 'finished streams are shown',
    file: 'finished-streams.ts',
    right: 'liveLeases(this.judged(roster, nowMs, user), nowMs)',
    wrong: 'liveLeases(roster, nowMs)',
    caughtBy: 'finished',
  },
  {
    slip: 'a process does not remember what it finished itself',
    file: 'finish.ts',
    right: '  finished.learn(stored, untilMs)\n',
    wrong: '',
    caughtBy: 'finished',
  },
  {
    slip: 'a process does not learn what others finished',
    file: 'finished-streams.ts',
    right: ') this.learn(streamId, untilMs)',
    wrong: ') this.learn(streamId, 0)',
    caughtBy: 'finished',
  },
  {
    slip: 'a stream that finished stays finished forever',
    file: 'finished-streams.ts',
    right: 'untilMs !== undefined && nowMs < untilMs',
    wrong: 'untilMs !== undefined',
    caughtBy: 'finished',
  },
  {
    slip: 'a process forgets a finish too early',
    file: 'finished-streams.ts',
    right: 'if (untilMs <= nowMs)',
    wrong: 'if (untilMs > nowMs)',
    caughtBy: 'finished',
  },
  {
    slip: 'a finish is not stored',
    file: 'finish.ts',
    right: 'const untilMs = nowMs + keptMs',
    wrong: 'const untilMs = nowMs + 0 * keptMs',
    caughtBy: 'finished',
  },
  {
    slip: 'the first policy applies forever',
    file: 'limiter.ts',
    right: 'usePolicy(policy: Policy): void {\n    this.#policy = policy\n',
    wrong: 'usePolicy(policy: Policy): void {\n',
    caughtBy: 'view',
  },
  {
    slip: 'every plan is the default',
    file: 'rules/plan-lookup.ts',
    right: 'const plan = plans.get(name)',
    wrong: 'const plan = defaultPlan',
    caughtBy: 'view',
  },
  {
    slip: 'every lease is under the default plan',
    file: 'rules/plan-lookup.ts',
    right: 'lease?.plan === undefined ? undefined : plans.get(lease.plan)',
    wrong: 'undefined',
    caughtBy: 'view',
  },
]
