export type { Denial, DeviceDenial, PoolDenial } from './rules/claim.ts'
export type {
  Degraded,
  DeviceRefusal,
  PoolRefusal,
  Finished,
  Grant,
  HeartbeatRequest,
  HeartbeatResult,
  PlanView,
  PlayedOutRequest,
  Refusal,
  StartRequest,
  StartResult,
  StopRequest,
  StopResult,
} from './decision.ts'
export type { ShadowDecision } from './rules/enforcement.ts'
export {
  DEVICE_CHANGES_MAX,
  DEVICES_MAX,
  registeredDevice,
  withLastUse,
  type Device,
  type DeviceRegistry,
} from './devices.ts'
export { isContention, isStoreFailure, LimiterError, type LimiterErrorCode } from './errors.ts'
export { FinishedStreams } from './finished-streams.ts'
export { escapePointer } from './policy/json-reader.ts'
export {
  LEASE_ID_BYTES_MAX,
  STREAM_ID_BYTES_MAX,
  USER_ID_BYTES_MAX,
  isLive,
  lapsesAtMs,
  leaseIdOf,
  leaseTimes,
  rememberedUntilMs,
  renewedLease,
  splitLeaseId,
  type Attributes,
  type DeviceId,
  type Generation,
  type Lease,
  type LeaseEnds,
  type LeaseId,
  type LeaseTimes,
  type Renewal,
  type ReportFacts,
  type StreamDescription,
  type StreamId,
  type UserId,
} from './lease.ts'
export { hashOf } from './hash.ts'
export { scopeOf, storedUser, TENANT_BYTES_MAX, userIn } from './tenants.ts'
export {
  ATTRIBUTE_BYTES_MAX,
  ATTRIBUTE_NAME,
  ATTRIBUTES_MAX,
  NAMED_ATTRIBUTES,
  attributeOf,
  type Described,
} from './attributes.ts'
export { Limiter, type LimiterParts } from './limiter.ts'
export { REPLACES_MAX } from './rules/eviction.ts'
export { attributesAsked, deniesAsMissing, isInTheWay } from './rules/limits.ts'
export { slotsUsed } from './rules/slots.ts'
export { type Pace, type Paces } from './pace.ts'
export {
  planOfOneLimit,
  type DeviceRule,
  type Grace,
  type Limit,
  type Plan,
  type StreamFilter,
  type WantedValues,
  type WhenFull,
} from './plan.ts'
export { DEFAULT_POLICY, PolicyError, type Policy } from './policy/policy.ts'
export { FAULTS_NAMED_MAX, faultsInWords, shortPointer, type PolicyFault } from './policy/fault.ts'
export type { PoolView } from './pools/pool-ledger.ts'
export { type Pool, type PoolRule } from './pools/pool.ts'
export { nearest } from './policy/nearest.ts'
export type { DeviceView } from './registered-devices.ts'
export { parsePolicy } from './policy/reader.ts'
export {
  EMPTY_ROSTER,
  heldLease,
  type Ending,
  type Evictor,
  type LeaseFacts,
  type Note,
  type NoteOf,
  type Roster,
  type RosterContent,
} from './roster.ts'
export type {
  FinishedPage,
  FinishedStream,
  LeaseRef,
  Outcome,
  Room,
  ScannedUser,
  ScanPage,
  ScanRequest,
  SharedOutcome,
  SharedText,
  Store,
} from './store.ts'
export { tidied, type SweepJudge, type Tidying } from './rules/sweep.ts'
