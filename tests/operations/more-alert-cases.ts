/** The cases of the other alerts: of the store, of saturation, and of the policy. */
import { PARTS, type AlertCase } from './alert-cases.ts'

const { ONE, INSTANCE, IN_JOB, RUNS, startsWith, storeCallsUpTo, admissions, workers } = PARTS
const { inFlight, inFlightMax, swept, busy } = PARTS

export const MORE_ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'StreamgateStoreSlow',
    when: 'all renewals take between 100 ms and 250 ms',
    series: {
      [storeCallsUpTo('renew', '0.1')]: '0x30',
      [storeCallsUpTo('renew', '0.25')]: '0+60x30',
      [storeCallsUpTo('renew', '+Inf')]: '0+60x30',
    },
    atMinute: 25,
    fires: {
      labels: { ...IN_JOB, verb: 'renew', severity: 'ticket' },
      summary: '1 of 100 calls `renew` to the store takes more than 248.5ms',
    },
  },
  {
    alert: 'StreamgateStoreSlow',
    when: 'only scans are slow',
    series: {
      [storeCallsUpTo('scan', '0.1')]: '0x30',
      [storeCallsUpTo('scan', '0.25')]: '0+60x30',
      [storeCallsUpTo('scan', '+Inf')]: '0+60x30',
    },
    atMinute: 25,
  },
  {
    alert: 'StreamgateContended',
    when: 'decisions are given up every minute',
    series: { [`streamgate_contended_decisions_total{${ONE}}`]: '0+2x30' },
    atMinute: 20,
    fires: {
      labels: { ...IN_JOB, severity: 'ticket' },
      summary: 'streamgate gave up 30 decisions, because other writes kept coming first',
    },
  },
  {
    alert: 'StreamgateContended',
    when: 'one decision was given up',
    series: { [`streamgate_contended_decisions_total{${ONE}}`]: '0x10 1x20' },
    atMinute: 20,
  },
  {
    alert: 'StreamgateSweepOverdue',
    when: 'the last sweep ended seven hours ago',
    series: { [swept]: '60x500' },
    atMinute: 421,
    fires: {
      labels: { ...IN_JOB, severity: 'ticket' },
      summary: 'No sweep of streamgate has reached its end for six hours',
    },
  },
  {
    alert: 'StreamgateSweepOverdue',
    when: 'another instance swept meanwhile',
    series: {
      [swept]: '60x500',
      'streamgate_sweep_last_finished_timestamp_seconds{job="streamgate",instance="b"}': '18000x500',
    },
    atMinute: 421,
  },
  {
    alert: 'StreamgateSweepOverdue',
    when: 'no instance sweeps',
    series: { [swept]: '0x500' },
    atMinute: 421,
  },
  {
    alert: 'StreamgateSaturated',
    when: 'nine of ten places for requests are taken',
    series: { [inFlight]: '900x10', [inFlightMax]: '1000x10' },
    atMinute: 5,
    fires: {
      labels: { ...INSTANCE, severity: 'page' },
      summary: 'a:8080 has 90% of the requests in flight that it may have',
    },
  },
  {
    alert: 'StreamgateSaturated',
    when: 'a burst is over after a minute',
    series: { [inFlight]: '900 900 30x10', [inFlightMax]: '1000x10' },
    atMinute: 5,
  },
  {
    alert: 'StreamgateTurnsCallsAway',
    when: 'one call of twenty gets 429',
    series: { [startsWith('201')]: '0+95x30', [startsWith('429')]: '0+5x30' },
    atMinute: 20,
    fires: { labels: { ...IN_JOB, severity: 'ticket' }, summary: '5% of the calls to streamgate get 429' },
  },
  {
    alert: 'StreamgateTurnsCallsAway',
    when: 'calls are refused or fail',
    series: { [startsWith('201')]: '0+95x30', [startsWith('409')]: '0+5x30', [startsWith('503')]: '0+5x30' },
    atMinute: 20,
  },
  {
    alert: 'StreamgateBusy',
    when: 'its threads hardly ever wait',
    series: { ...RUNS, [busy('sum')]: '0+570x30', [busy('count')]: '0+600x30' },
    atMinute: 20,
    fires: {
      labels: { ...INSTANCE, severity: 'ticket' },
      summary: 'The threads of a:8080 are busy for 95% of the time',
    },
  },
  {
    alert: 'StreamgateBusy',
    when: 'they wait half of the time',
    series: { ...RUNS, [busy('sum')]: '0+300x30', [busy('count')]: '0+600x30' },
    atMinute: 20,
  },
  {
    alert: 'StreamgateFewDescriptorsLeft',
    when: 'nine of ten descriptors are open',
    series: { ...RUNS, [`process_open_fds{${ONE}}`]: '900x20', [`process_max_fds{${ONE}}`]: '1000x20' },
    atMinute: 10,
    fires: {
      labels: { ...INSTANCE, severity: 'page' },
      summary: 'a:8080 has used 90% of its file descriptors',
    },
  },
  {
    alert: 'StreamgateFewDescriptorsLeft',
    when: 'half of them are',
    series: { ...RUNS, [`process_open_fds{${ONE}}`]: '500x20', [`process_max_fds{${ONE}}`]: '1000x20' },
    atMinute: 10,
  },
  {
    alert: 'StreamgateLogLinesDropped',
    when: 'the log is not read',
    series: { [`streamgate_log_lines_dropped_total{${ONE}}`]: '0+10x30' },
    atMinute: 20,
    fires: { labels: { ...INSTANCE, severity: 'ticket' }, summary: 'a:8080 dropped 100 lines of its log' },
  },
  {
    alert: 'StreamgateLogLinesDropped',
    when: 'it was not read an hour ago',
    series: { [`streamgate_log_lines_dropped_total{${ONE}}`]: '0 500x60' },
    atMinute: 50,
  },
  {
    alert: 'StreamgateWorkerSilent',
    when: 'a worker hangs for two minutes',
    series: { [workers('silent')]: '0x5 1x10' },
    atMinute: 8,
    fires: {
      labels: { ...INSTANCE, state: 'silent', severity: 'page' },
      summary: '1 workers of a:8080 hang',
    },
  },
  {
    alert: 'StreamgateWorkerSilent',
    when: 'it answers again, or another one starts',
    series: { [workers('silent')]: '0x5 1 0x10', [workers('starting')]: '1x20' },
    atMinute: 8,
  },
  {
    alert: 'StreamgateWorkersKeepStarting',
    when: 'a worker is starting most of the time',
    series: { [workers('starting')]: '1 1 1 0 1 1 1 0 1 1 1 0 1 1 1' },
    atMinute: 13,
    fires: {
      labels: { ...INSTANCE, state: 'starting', severity: 'page' },
      summary: 'Workers of a:8080 start again and again',
    },
  },
  {
    alert: 'StreamgateWorkersKeepStarting',
    when: 'one was replaced',
    series: { [workers('starting')]: '0x5 1 0x20' },
    atMinute: 10,
  },
  {
    alert: 'StreamgatePolicyRefused',
    when: 'the policy file is faulty',
    series: { [`streamgate_policy_file_refused{${ONE}}`]: '0x5 1x10' },
    atMinute: 8,
    fires: {
      labels: { ...INSTANCE, severity: 'ticket' },
      summary: 'a:8080 refused its policy file, and applies an older policy',
    },
  },
  {
    alert: 'StreamgatePolicyRefused',
    when: 'it was mended within the minute',
    series: { [`streamgate_policy_file_refused{${ONE}}`]: '0x5 1 0x10' },
    atMinute: 8,
  },
  {
    alert: 'StreamgateUnknownPlans',
    when: 'heartbeats name an unknown plan',
    series: { [`streamgate_unknown_plan_heartbeats_total{${ONE}}`]: '0+3x60' },
    atMinute: 50,
    fires: {
      labels: { ...IN_JOB, severity: 'ticket' },
      summary: 'Heartbeats name plans that the policy of streamgate does not have',
    },
  },
  {
    alert: 'StreamgateUnknownPlans',
    when: 'players learn of the new policy',
    series: { [`streamgate_unknown_plan_heartbeats_total{${ONE}}`]: '0+3x10 30x50' },
    atMinute: 50,
  },
  {
    alert: 'StreamgateRefusalsRose',
    when: 'half of the streams are refused, and yesterday one of ten was',
    series: {
      [admissions('admitted', '')]: '0+90x1440 129600+50x200',
      [admissions('denied', '3 streams')]: '0+10x1440 14400+50x200',
    },
    atMinute: 1520,
    fires: {
      labels: { ...IN_JOB, severity: 'ticket' },
      summary: 'streamgate refuses 50% of the streams, three times as many as yesterday',
    },
  },
  {
    alert: 'StreamgateRefusalsRose',
    when: 'half of the streams are refused, as always',
    series: {
      [admissions('admitted', '')]: '0+50x1640',
      [admissions('denied', '3 streams')]: '0+50x1640',
    },
    atMinute: 1520,
  },
]
