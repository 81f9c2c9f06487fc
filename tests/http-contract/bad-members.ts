/** What callers get wrong about members of a start that are more than one text. */
import type { TargetRequest } from './target.ts'

/** What is sent, the status, and the pointers of the faults that are named. */
export type BadRequest = readonly [TargetRequest, number, (readonly string[])?]

const times = (text: string, count: number) => text.repeat(count)

/** @param start makes a start with these members. */
export const badMembers = (
  start: (members: object) => TargetRequest,
): Readonly<Record<string, BadRequest>> => ({
  'a replaces that is an empty list': [start({ replaces: [] }), 400, ['/replaces']],
  'a replaces of 17 ids': [start({ replaces: Array(17).fill('a') }), 400, ['/replaces']],
  'a replaces with two that are no ids': [
    start({ replaces: ['@tv', 'a', 7] }),
    400,
    ['/replaces/0', '/replaces/2'],
  ],
  'attributes that are a list': [start({ attributes: ['a'] }), 400, ['/attributes']],
  'attributes that are a text': [start({ attributes: 'a' }), 400, ['/attributes']],
  'thirteen attributes': [
    start({ attributes: Object.fromEntries(Array.from({ length: 13 }, (_, at) => [`a${at}`, 'x'])) }),
    400,
    ['/attributes'],
  ],
  'attributes with bad names': [
    start({ attributes: { Profile: 'a', 'a-b': 'a', [times('a', 33)]: 'a', '': 'a' } }),
    400,
    ['/attributes/Profile', '/attributes/a-b', `/attributes/${times('a', 33)}`, '/attributes/'],
  ],
  'attributes with bad values': [
    start({ attributes: { a: '', b: times('x', 65), c: 7, d: 'a\nb', e: ' a', constructor: {} } }),
    400,
    ['a', 'b', 'c', 'd', 'e', 'constructor'].map((name) => `/attributes/${name}`),
  ],
  'attributes of other members': [
    start({ attributes: { network: 'n', deviceType: 'tv', deviceId: 'd', contentId: 'c' } }),
    400,
    ['network', 'deviceType', 'deviceId', 'contentId'].map((name) => `/attributes/${name}`),
  ],
  'a clientAddress that is none': [start({ clientAddress: '192.0.2' }), 400, ['/clientAddress']],
})
