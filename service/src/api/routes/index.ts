import type { Route } from '../route.ts'
import { cmcdRoute } from './cmcd.ts'
import {
  listDevicesRoute,
  lookAtDeviceRoute,
  nameDeviceRoute,
  removeDeviceRoute,
  removeDevicesRoute,
} from './devices.ts'
import {
  decisionSchemaRoute,
  docsRoute,
  openapiRoute,
  policySchemaRoute,
  problemRoute,
  problemsRoute,
} from './documentation.ts'
import { eraseRoute } from './erase.ts'
import { exportRoute } from './export.ts'
import { finishByDeleteRoute, finishRoute } from './finish.ts'
import { heartbeatRoute } from './heartbeat.ts'
import { listRoute } from './list.ts'
import { liveRoute, metricsRoute, readyRoute, versionRoute } from './operations.ts'
import { checkRoute, keySetRoute, revocationsRoute } from './playback.ts'
import { poolRoute } from './pools.ts'
import { startRoute } from './start.ts'
import { beaconStopRoute, stopRoute } from './stop.ts'

/** Everything the service answers, in the order of its documentation. */
export const ROUTES: readonly Route[] = [
  startRoute,
  heartbeatRoute,
  stopRoute,
  beaconStopRoute,
  cmcdRoute,
  listRoute,
  listDevicesRoute,
  lookAtDeviceRoute,
  nameDeviceRoute,
  removeDeviceRoute,
  removeDevicesRoute,
  exportRoute,
  eraseRoute,
  finishRoute,
  finishByDeleteRoute,
  poolRoute,
  revocationsRoute,
  checkRoute,
  keySetRoute,
  liveRoute,
  readyRoute,
  metricsRoute,
  versionRoute,
  openapiRoute,
  docsRoute,
  policySchemaRoute,
  decisionSchemaRoute,
  problemsRoute,
  problemRoute,
]
