export { admit, type Admission, type Claim, type Denial, type Write } from './admission.ts'
export { LimiterError, type LimiterErrorCode } from './errors.ts'
export { judgeLostHeartbeat, type LostHeartbeat, type LostHeartbeatVerdict } from './heartbeat.ts'
export {
  LEASE_ID_BYTES_MAX,
  STREAM_ID_BYTES_MAX,
  USER_ID_BYTES_MAX,
  isLive,
  leaseIdOf,
  leaseTimes,
  splitLeaseId,
  type DeviceId,
  type Generation,
  type Lease,
  type LeaseId,
  type LeaseTimes,
  type StreamDescription,
  type StreamId,
  type UserId,
} from './lease.ts'
export {
  Limiter,
  type Grant,
  type HeartbeatRequest,
  type HeartbeatResult,
  type LimiterParts,
  type Listing,
  type StartRequest,
  type StartResult,
} from './limiter.ts'
export {
  DEFAULT_POLICY,
  PolicyError,
  parsePolicy,
  type Limit,
  type Plan,
  type Policy,
  type PolicyFault,
} from './policy.ts'
export {
  EMPTY_ROSTER,
  evictionOf,
  heldLease,
  liveLeases,
  type Eviction,
  type Evictor,
  type Roster,
  type RosterContent,
} from './roster.ts'
export type {
  FinishedPage,
  FinishedStream,
  LeaseRef,
  Outcome,
  ScanPage,
  ScanRequest,
  Store,
} from './store.ts'
