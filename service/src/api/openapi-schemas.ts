/**
 * The schemas of the OpenAPI document, by name.
 */
import { toJsonSchema, type ConversionConfig } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import * as answers from './answer-schemas.ts'
import * as devices from './device-schemas.ts'
import { PoolSchema } from './pool-schema.ts'
import type { SchemaFacts } from './id-schemas.ts'
import { HeartbeatSchema, StartSchema } from './input-schemas.ts'
import * as problems from './problem-schemas.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Schemas that the document names. */
const NAMED: Readonly<Record<string, GenericSchema>> = {
  Start: StartSchema,
  Heartbeat: HeartbeatSchema,
  Stream: answers.StreamSchema,
  ListedStream: answers.ListedStreamSchema,
  Listing: answers.ListingSchema,
  Problem: problems.ProblemSchema,
  InvalidRequest: problems.InvalidRequestSchema,
  StreamLimitReached: problems.StreamLimitReachedSchema,
  Rule: problems.RuleSchema,
  StreamGone: problems.StreamGoneSchema,
  Pool: PoolSchema,
  PoolFull: devices.PoolFullSchema,
  Device: devices.DeviceSchema,
  Devices: devices.DevicesSchema,
  DeviceName: devices.DeviceNameSchema,
  DeviceLimitReached: devices.DeviceLimitReachedSchema,
  Status: answers.StatusSchema,
  Version: answers.VersionSchema,
  PolicyInForce: answers.PolicyInForceSchema,
  ProblemType: problems.ProblemTypeSchema,
  ProblemTypes: problems.ProblemTypesSchema,
}

/** The named schemas as JSON Schema. */
export function namedSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, converted(schema, name)]))
}

/** A reference to a named schema, or the JSON Schema of another one. */
export function jsonSchemaOf(schema: GenericSchema): JsonSchema {
  const name = Object.keys(NAMED).find((known) => NAMED[known] === schema)
  return name === undefined ? converted(schema) : { $ref: pointerTo(name) }
}

/** The JSON Schema of one of our schemas. The metadata describes the checks that are functions. */
function converted(schema: GenericSchema, ownName?: string): JsonSchema {
  const { $schema: _dialect, $defs: _others, ...rest } = toJsonSchema(schema, optionsFor(ownName))
  return rest
}

function optionsFor(ownName: string | undefined): ConversionConfig {
  const { [ownName ?? '']: _own, ...definitions } = NAMED
  return {
    target: 'draft-2020-12',
    ignoreActions: ['check', 'raw_check', 'raw_transform'],
    definitions,
    overrideRef: ({ referenceId }) => pointerTo(referenceId),
    overrideAction: ({ valibotAction, jsonSchema }) => {
      if (valibotAction.type !== 'metadata') return undefined
      const { metadata } = valibotAction as unknown as { metadata: SchemaFacts }
      const { jsonSchema: _copied, ...known } = jsonSchema as Record<string, unknown>
      return { ...known, ...metadata.jsonSchema }
    },
  }
}

function pointerTo(name: string): string {
  return `#/components/schemas/${name}`
}
