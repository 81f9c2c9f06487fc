import type { Registry } from '@prometheus-io/client'
import type { Decision } from './decision-event.ts'
import { ruleLabel } from './rule-label.ts'
import { Tally } from './tally.ts'

/**
 * The most series of one process, besides those of `other`. A policy may have thousands of plans.
 * Beyond this many series, what has none yet is counted under `other`.
 */
const SERIES_MAX = 500
const OTHER = 'other'

/** Counts who was let in and who was not, by plan and by the rule that refused. */
export class AdmissionCounts {
  readonly #tally: Tally

  constructor(registry: Registry) {
    this.#tally = new Tally(registry, {
      name: 'streamgate_admissions_total',
      help: 'Starts, and heartbeats whose lease was gone, by outcome, plan and the rule that refused (else empty).',
      labelNames: ['outcome', 'plan', 'rule'],
    })
  }

  /** Counts a decision, if it let a stream in or refused it. */
  count(decision: Decision): void {
    const { verb, outcome, plan = '' } = decision
    if (verb !== 'start' && !(verb === 'heartbeat' && LETS_IN_OR_REFUSES.has(outcome))) return
    const rule = ruleLabel(decision)
    if (this.#tally.size < SERIES_MAX || this.#tally.has(outcome, plan, rule)) {
      this.#tally.count(outcome, plan, rule)
    } else {
      this.#tally.count(outcome, OTHER, rule === '' ? '' : OTHER)
    }
  }
}

/** The outcomes of a heartbeat whose lease was gone. */
const LETS_IN_OR_REFUSES: ReadonlySet<string> = new Set(['admitted', 'denied', 'device-denied', 'pool-full'])
