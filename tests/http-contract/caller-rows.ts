/**
 * What each call needs of its caller, and a request for it. Written by hand, and not made from the
 * routes, so that a route that asks for too little is found.
 */
import type { TargetRequest } from './target.ts'

/** Whom a call is for. */
export type Row = {
  readonly audience: 'viewer' | 'operator' | 'public'
  /** The scope that an API key needs. */
  readonly scope?: 'admit' | 'read' | 'end' | 'operate'
  /** Whether it is about all tenants at once, so that a key of one tenant may not make it. */
  readonly isOfAllTenants?: boolean
  /** Whether a page that is being left may make it with a stop token. */
  readonly isForPages?: boolean
  readonly request: Pick<TargetRequest, 'path' | 'body'> & { readonly type?: string }
}

export const USER = 'alice'
const STREAMS = `/users/${USER}/streams`
const DEVICES = `/users/${USER}/devices`
const REPORT = JSON.stringify({ sid: 'film', e: 'ps', sta: 'p', ts: 1, v: 2 })

function ofViewer(scope: Row['scope'], path: string, body?: object): Row {
  return { audience: 'viewer', ...(scope && { scope }), request: { path, ...jsonOf(body) } }
}

function ofOperator(path: string, isOfAllTenants = false): Row {
  return { audience: 'operator', scope: 'operate', isOfAllTenants, request: { path } }
}

function ofAll(path: string): Row {
  return { audience: 'public', request: { path } }
}

/** By operation id. */
export const ROWS: Readonly<Record<string, Row>> = {
  startStream: ofViewer('admit', STREAMS, { streamId: 'film' }),
  heartbeat: ofViewer('admit', `${STREAMS}/film`, {}),
  reportCmcd: {
    audience: 'viewer',
    scope: 'admit',
    request: { path: `/users/${USER}/cmcd`, body: REPORT, type: 'application/cmcd' },
  },
  nameDevice: ofViewer('admit', `${DEVICES}/tv`, { label: 'Kitchen' }),
  listStreams: ofViewer('read', STREAMS),
  listDevices: ofViewer('read', DEVICES),
  lookAtDevice: ofViewer('read', `${DEVICES}/tv`),
  stopStream: ofViewer('end', `${STREAMS}/film`),
  stopStreamByBeacon: { ...ofViewer('end', `${STREAMS}/film/stop`), isForPages: true },
  removeDevice: ofViewer('end', `${DEVICES}/tv`),
  removeDevices: ofViewer('end', DEVICES),
  exportUser: ofOperator(`/users/${USER}`),
  eraseUser: ofOperator(`/users/${USER}`),
  finishStream: ofOperator('/streams/match/finish'),
  finishStreamByDelete: ofOperator('/streams/match'),
  lookAtPool: ofOperator('/pools/all', true),
  listRevocations: ofOperator('/revocations', true),
  getPlaybackKeys: ofAll('/.well-known/jwks.json'),
  checkPlaybackToken: ofAll('/check'),
  getMetrics: ofOperator('/metrics', true),
  isAlive: ofAll('/livez'),
  isReady: ofAll('/readyz'),
  getVersion: ofAll('/version'),
  getOpenApi: ofAll('/openapi.json'),
  getDocs: ofAll('/docs'),
  getPolicySchema: ofAll('/policy.schema.json'),
  getDecisionSchema: ofAll('/decision.schema.json'),
  listProblems: ofAll('/problems'),
  getProblem: ofAll('/problems/forbidden'),
}

function jsonOf(body: object | undefined): Pick<TargetRequest, 'body'> {
  return body === undefined ? {} : { body: JSON.stringify(body) }
}
