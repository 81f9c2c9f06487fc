/**
 * CloudWatch's specification of a line in the embedded metric format, as a JSON Schema and as the
 * rules that a schema cannot express. CloudWatch ignores what it does not recognise, so a line may
 * hold nothing else.
 *
 * @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** The parts of a line of metrics that tests read. */
export type MetricLine = {
  readonly _aws: {
    readonly Timestamp: number
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[]
    }[]
  }
} & Readonly<Record<string, number | readonly number[] | string | object>>

const name = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength })
const closed = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

/** The units that the service uses, of those that CloudWatch knows. */
const METRIC = closed(
  { Name: name(1024), Unit: { enum: ['Count', 'Milliseconds'] }, StorageResolution: { enum: [1, 60] } },
  ['Name'],
)
const DIRECTIVE = closed(
  {
    Namespace: name(1024),
    Dimensions: { type: 'array', minItems: 1, items: { type: 'array', maxItems: 30, items: name(250) } },
    Metrics: { type: 'array', maxItems: 100, items: METRIC },
  },
  ['Namespace', 'Dimensions', 'Metrics'],
)
const METADATA = closed(
  { Timestamp: { type: 'integer' }, CloudWatchMetrics: { type: 'array', items: DIRECTIVE } },
  ['Timestamp', 'CloudWatchMetrics'],
)
const DIMENSION_TARGET = { type: 'string', minLength: 1, maxLength: 1024 }
const METRIC_TARGET = {
  anyOf: [{ type: 'number' }, { type: 'array', minItems: 1, maxItems: 100, items: { type: 'number' } }],
}
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
const isDocument = ajv.compile({ type: 'object', required: ['_aws'], properties: { _aws: METADATA } })

/** @throws {AssertionError} if CloudWatch would not accept all metrics of the line. */
export function assertMetricLine(text: string): MetricLine {
  const line: unknown = JSON.parse(text)
  assert.ok(isDocument(line), `${text}: ${ajv.errorsText(isDocument.errors)}`)
  const { _aws: metadata, ...targets } = line as MetricLine
  const referenced = metadata.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) => [
    ...Dimensions.flat().map((reference) => [reference, DIMENSION_TARGET] as const),
    ...Metrics.map(({ Name }) => [Name, METRIC_TARGET] as const),
  ])
  const isWhole = ajv.compile(
    closed(
      Object.fromEntries(referenced),
      referenced.map(([reference]) => reference),
    ),
  )
  assert.ok(isWhole(targets), `${text}: ${ajv.errorsText(isWhole.errors)}`)
  return line as MetricLine
}

/** Whether CloudWatch would look for metrics in this line. */
export function isMetricLine(text: string): boolean {
  return text.includes('"_aws"')
}
