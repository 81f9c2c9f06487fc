/**
 * The walk: what the collections call, in which order, and what must come back. It is written by
 * hand. Everything that the OpenAPI document knows comes from there. Tests use `status`,
 * `header(name)`, `body()` and `variable(name)`.
 */
import type { Step } from './call.ts'

/** A named part of the walk. */
export type Part = { readonly name: string; readonly docs: string; readonly steps: readonly Step[] }

const FIRST = '{{streamId}}-1@{{deviceId}}'
const first = "`${variable('streamId')}-1@${variable('deviceId')}`"
const numbered = (number: number) => `\`\${variable('streamId')}-${number}\``
const threeStreams = `[${first}, ${numbered(2)}, ${numbered(3)}]`

function start(number: number, active: number): Step {
  return {
    operationId: 'startStream',
    name: `Start stream ${number}`,
    body: { streamId: `{{streamId}}-${number}` },
    status: 201,
    tests: {
      [`${active} of 3 run`]: `expect(body()).to.include({ id: ${numbered(number)}, active: ${active}, limit: 3 })`,
    },
  }
}

const viewers: readonly Step[] = [
  { operationId: 'eraseUser', name: 'Begin with nothing', status: 204 },
  {
    operationId: 'startStream',
    name: 'Start stream 1, on a television',
    body: { streamId: '{{streamId}}-1', deviceId: '{{deviceId}}' },
    fromExample: ['deviceType', 'contentId', 'label'],
    status: 201,
    tests: {
      '1 of 3 runs': `expect(body()).to.include({ id: ${first}, userId: variable('userId'), active: 1, limit: 3 })`,
      'says when to send heartbeats': "expect(body().heartbeatSeconds).to.be.a('number')",
      'says where the stream is': "expect(header('location')).to.contain('/streams/')",
    },
    keeps: { etag: "header('etag')" },
  },
  start(2, 2),
  start(3, 3),
  {
    operationId: 'startStream',
    name: 'Start stream 4: the limit is reached',
    body: { streamId: '{{streamId}}-4' },
    status: 409,
    problem: 'stream-limit-reached',
    tests: {
      'names the three that stand in the way': `expect(body().streams.map(({ id }) => id)).to.eql(${threeStreams})`,
      'says what a viewer would recognise': "expect(body().streams[0].label).to.be.a('string')",
      'says when a place may be free': "expect(Number(header('retry-after'))).to.be.above(0)",
    },
  },
  {
    operationId: 'startStream',
    name: 'Repeat the start of stream 1',
    body: { streamId: '{{streamId}}-1', deviceId: '{{deviceId}}' },
    status: 200,
    tests: {
      'takes no second place': 'expect(body().active).to.equal(3)',
      'is the same lease': "expect(header('etag')).to.equal(variable('etag'))",
    },
  },
  {
    operationId: 'heartbeat',
    name: 'Heartbeat of stream 1',
    params: { id: FIRST },
    headers: { 'If-Match': '{{etag}}' },
    body: {},
    status: 200,
    tests: {
      'is the same lease': "expect(header('etag')).to.equal(variable('etag'))",
      'runs on': 'expect(Date.parse(body().expiresAt)).to.be.above(Date.parse(body().startedAt))',
    },
  },
  {
    operationId: 'listStreams',
    name: 'See what runs',
    status: 200,
    tests: {
      'three, the oldest first': `expect(body().streams.map(({ id }) => id)).to.eql(${threeStreams})`,
      'says how many may': "expect(body()).to.include({ userId: variable('userId'), active: 3, limit: 3 })",
    },
  },
  {
    operationId: 'stopStream',
    name: 'Stop stream 1',
    params: { id: FIRST },
    headers: { 'If-Match': '{{etag}}' },
    status: 204,
  },
  {
    operationId: 'stopStreamByBeacon',
    name: 'Stop stream 2 as a page does that is being left',
    params: { id: '{{streamId}}-2' },
    status: 204,
  },
  { ...start(4, 2), name: 'Start stream 4: there is room again' },
  {
    operationId: 'heartbeat',
    name: 'Heartbeat of stream 1, which was stopped',
    params: { id: FIRST },
    headers: { 'If-Match': '{{etag}}' },
    body: {},
    status: 410,
    problem: 'stream-ended',
  },
]

const badInput: readonly Step[] = [
  {
    operationId: 'startStream',
    name: 'Start without a streamId',
    body: {},
    status: 400,
    problem: 'invalid-request',
    tests: { 'names what is missing': "expect(body().errors[0].pointer).to.equal('/streamId')" },
  },
  {
    operationId: 'startStream',
    name: 'Start with two faults at once',
    body: { streamId: 'no@signs', label: 7 },
    status: 400,
    problem: 'invalid-request',
    tests: {
      'names both':
        "expect(body().errors.map(({ pointer }) => pointer)).to.have.members(['/streamId', '/label'])",
    },
  },
  {
    operationId: 'startStream',
    name: 'Start with a body that is not JSON',
    body: 'no JSON',
    status: 400,
    problem: 'invalid-request',
  },
  {
    operationId: 'startStream',
    name: 'Start with a body of another type',
    headers: { 'Content-Type': 'text/plain' },
    body: 'streamId=1',
    status: 415,
    problem: 'unsupported-media-type',
  },
  {
    operationId: 'heartbeat',
    name: 'Heartbeat with an If-Match that is no tag',
    params: { id: '{{streamId}}-3' },
    headers: { 'If-Match': 'no-tag' },
    body: {},
    status: 400,
    problem: 'invalid-request',
    tests: { 'names the header': "expect(body().errors[0].pointer).to.equal('/If-Match')" },
  },
]

const operators: readonly Step[] = [
  { operationId: 'eraseUser', name: 'Forget the user', status: 204 },
  {
    // A stream that no start of the walk names, because it could not be started again for hours.
    operationId: 'finishStream',
    name: 'A stream has finished',
    params: { streamId: '{{streamId}}-finished' },
    status: 204,
  },
  {
    operationId: 'isAlive',
    name: 'Is the process alive?',
    status: 200,
    tests: { 'it is': "expect(body()).to.eql({ status: 'alive' })" },
  },
  {
    operationId: 'isReady',
    name: 'Should traffic come here?',
    status: 200,
    tests: { 'it should': "expect(body()).to.eql({ status: 'ready' })" },
  },
  { operationId: 'getMetrics', name: 'Metrics, where Prometheus asks for them', status: [200, 404] },
  {
    operationId: 'getVersion',
    name: 'Which version is this?',
    status: 200,
    tests: { 'says its name': "expect(body().name).to.equal('streamgate')" },
  },
]

const documentation: readonly Step[] = [
  {
    operationId: 'getOpenApi',
    name: 'The OpenAPI document',
    status: 200,
    tests: { 'is OpenAPI 3.1': 'expect(body().openapi).to.match(/^3\\.1\\./)' },
  },
  { operationId: 'getDocs', name: 'The reference to read', status: 200 },
  {
    operationId: 'listProblems',
    name: 'Every kind of problem',
    status: 200,
    tests: { 'says something of each': 'expect(body().problems).to.not.be.empty' },
  },
  {
    operationId: 'getProblem',
    name: 'One kind of problem, explained',
    params: { type: 'stream-limit-reached' },
    status: 200,
    tests: { 'has its status': 'expect(body().status).to.equal(409)' },
  },
]

/** The whole walk, in the order in which it is run. */
export const WALK: readonly Part[] = [
  {
    name: 'Viewers',
    docs: 'One user and a limit of three: starts, a refusal, heartbeats, stops. Begins by forgetting the user.',
    steps: viewers,
  },
  { name: 'Bad input', docs: 'What is refused, and how a refusal says why.', steps: badInput },
  {
    name: 'Operators',
    docs: 'What operators and their machines ask. Ends with the user forgotten.',
    steps: operators,
  },
  { name: 'Documentation', docs: 'What the service says of itself.', steps: documentation },
]

/** The part for operations that the walk does not know. */
export const PLAIN_PART = {
  name: 'More',
  docs: 'Calls of the document that the walk does not know.',
} as const
