/**
 * Series for which each alert fires, and series for which it does not. In the notation of
 * `promtool test rules`: `0+6x30` begins at 0 and grows by 6 a minute, 30 times.
 */

/** One time series, by its name and labels, and its values a minute apart. */
type Series = Readonly<Record<string, string>>

export type AlertCase = {
  readonly alert: string
  readonly when: string
  readonly series: Series
  readonly atMinute: number
  /** The labels and the summary of the alert that fires. Absent if none does. */
  readonly fires?: { readonly labels: Readonly<Record<string, string>>; readonly summary: string }
}

const JOB = 'job="streamgate"'
const ONE = `${JOB},instance="a:8080"`
const INSTANCE = { job: 'streamgate', instance: 'a:8080' }
const IN_JOB = { job: 'streamgate' }
const RUNS = { [`streamgate_build_info{${ONE},version="1.0.0"}`]: '1x2000' }

const startsWith = (status: string) =>
  `streamgate_http_request_duration_seconds_count{${ONE},method="POST",route="/users/{userId}/streams",status="${status}"}`
const readiness = `streamgate_http_request_duration_seconds_count{${ONE},method="GET",route="/readyz",status="503"}`
const startsUpTo = (le: string) =>
  `streamgate_http_request_duration_seconds_bucket{${ONE},method="POST",route="/users/{userId}/streams",status="201",le="${le}"}`
const storeCalls = (verb: string, result: string) =>
  `streamgate_store_call_duration_seconds_count{${ONE},verb="${verb}",result="${result}"}`
const storeCallsUpTo = (verb: string, le: string) =>
  `streamgate_store_call_duration_seconds_bucket{${ONE},verb="${verb}",result="ok",le="${le}"}`
const admissions = (outcome: string, rule: string) =>
  `streamgate_admissions_total{${ONE},outcome="${outcome}",plan="basic",rule="${rule}"}`
const workers = (state: string) => `streamgate_workers{${ONE},state="${state}"}`
const inFlight = `streamgate_requests_in_flight{${ONE}}`
const inFlightMax = `streamgate_requests_in_flight_max{${ONE}}`
const swept = `streamgate_sweep_last_finished_timestamp_seconds{${ONE}}`
const busy = (part: 'sum' | 'count') => `nodejs_eventloop_utilization_histogram_${part}{${ONE}}`

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'StreamgateDown',
    when: 'an instance cannot be scraped for three minutes',
    series: { [`up{${ONE}}`]: '1x5 0x10' },
    atMinute: 9,
    fires: { labels: { ...INSTANCE, severity: 'page' }, summary: 'a:8080 cannot be scraped' },
  },
  {
    alert: 'StreamgateDown',
    when: 'one scrape fails',
    series: { [`up{${ONE}}`]: '1x5 0 1x10' },
    atMinute: 7,
  },
  {
    alert: 'StreamgateDown',
    when: 'another service is down',
    series: { 'up{job="node",instance="a:9100"}': '0x20' },
    atMinute: 15,
  },
  {
    alert: 'StreamgateFailsManyCalls',
    when: 'one call of twenty fails for an hour',
    series: { [startsWith('201')]: '0+95x90', [startsWith('503')]: '0+5x90' },
    atMinute: 70,
    fires: {
      labels: { ...IN_JOB, severity: 'page' },
      summary: '5% of the calls to streamgate fail',
    },
  },
  {
    alert: 'StreamgateFailsManyCalls',
    when: 'calls are refused, turned away, or only /readyz fails',
    series: {
      [startsWith('201')]: '0+95x90',
      [startsWith('409')]: '0+95x90',
      [startsWith('429')]: '0+95x90',
      [readiness]: '0+95x90',
    },
    atMinute: 70,
  },
  {
    alert: 'StreamgateFailsManyCalls',
    when: 'calls failed an hour ago, and no longer do',
    series: { [startsWith('201')]: '0+95x90', [startsWith('503')]: '0+50x30 1500x60' },
    atMinute: 50,
  },
  {
    alert: 'StreamgateFailsManyCalls',
    when: 'calls have failed for three minutes only',
    series: { [startsWith('201')]: '0+100x90', [startsWith('503')]: '0x87 20 40 60' },
    atMinute: 90,
  },
  {
    alert: 'StreamgateFailsSomeCalls',
    when: 'one call of a hundred fails for six hours',
    series: { [startsWith('201')]: '0+990x400', [startsWith('500')]: '0+10x400' },
    atMinute: 390,
    fires: {
      labels: { ...IN_JOB, severity: 'ticket' },
      summary: '1% of the calls to streamgate fail, for hours',
    },
  },
  {
    alert: 'StreamgateFailsSomeCalls',
    when: 'one call of a thousand fails',
    series: { [startsWith('201')]: '0+999x400', [startsWith('500')]: '0+1x400' },
    atMinute: 390,
  },
  {
    alert: 'StreamgateStartsSlow',
    when: 'all starts take between 250 ms and 500 ms',
    series: { [startsUpTo('0.25')]: '0x30', [startsUpTo('0.5')]: '0+60x30', [startsUpTo('+Inf')]: '0+60x30' },
    atMinute: 25,
    fires: {
      labels: { ...IN_JOB, route: '/users/{userId}/streams', severity: 'ticket' },
      summary: '1 of 100 starts at streamgate takes more than 497.5ms',
    },
  },
  {
    alert: 'StreamgateStartsSlow',
    when: 'one start of a thousand is slow',
    series: {
      [startsUpTo('0.25')]: '0+999x30',
      [startsUpTo('0.5')]: '0+1000x30',
      [startsUpTo('+Inf')]: '0+1000x30',
    },
    atMinute: 25,
  },
  {
    alert: 'StreamgateDegraded',
    when: 'streams are let in without a lease',
    series: { [`streamgate_degraded_decisions_total{${ONE}}`]: '0x5 7x10' },
    atMinute: 8,
    fires: {
      labels: { ...IN_JOB, severity: 'page' },
      summary: 'streamgate lets streams in without a limit, because its store is away',
    },
  },
  {
    alert: 'StreamgateDegraded',
    when: 'that is over',
    series: { [`streamgate_degraded_decisions_total{${ONE}}`]: '0x5 7x20' },
    atMinute: 20,
  },
  {
    alert: 'StreamgateRestarts',
    when: 'a process restarted three times in half an hour',
    series: { ...RUNS, [`process_cpu_seconds_total{${ONE}}`]: '0+1x5 0+1x5 0+1x5 0+1x20' },
    atMinute: 25,
    fires: {
      labels: { ...INSTANCE, severity: 'page' },
      summary: 'a:8080 has restarted 3 times in 30 minutes',
    },
  },
  {
    alert: 'StreamgateRestarts',
    when: 'a process was updated, and another service restarts',
    series: {
      ...RUNS,
      [`process_cpu_seconds_total{${ONE}}`]: '0+1x9 0+1x30',
      'process_cpu_seconds_total{job="node",instance="a:9100"}': '0+1x5 0+1x5 0+1x5 0+1x20',
    },
    atMinute: 25,
  },
  {
    alert: 'StreamgateVersionsDiffer',
    when: 'two versions run for hours',
    series: { ...RUNS, [`streamgate_build_info{${JOB},instance="b:8080",version="1.1.0"}`]: '1x200' },
    atMinute: 150,
    fires: { labels: { ...IN_JOB, severity: 'ticket' }, summary: '2 versions of streamgate run at once' },
  },
  {
    alert: 'StreamgateVersionsDiffer',
    when: 'a roll-out is under way',
    series: { ...RUNS, [`streamgate_build_info{${JOB},instance="b:8080",version="1.1.0"}`]: '1x200' },
    atMinute: 100,
  },
  {
    alert: 'StreamgateStoreFails',
    when: 'one call of ten to the store fails',
    series: { [storeCalls('add', 'ok')]: '0+90x30', [storeCalls('add', 'failed')]: '0+10x30' },
    atMinute: 20,
    fires: {
      labels: { ...IN_JOB, severity: 'page' },
      summary: '10% of the calls of streamgate to its store fail',
    },
  },
  {
    alert: 'StreamgateStoreFails',
    when: 'one call of fifty fails',
    series: { [storeCalls('add', 'ok')]: '0+98x30', [storeCalls('add', 'failed')]: '0+2x30' },
    atMinute: 20,
  },
]

/** Parts of series that the other cases use too. */
export const PARTS = {
  ONE,
  INSTANCE,
  IN_JOB,
  RUNS,
  startsWith,
  storeCallsUpTo,
  admissions,
  workers,
  inFlight,
  inFlightMax,
  swept,
  busy,
} as const
