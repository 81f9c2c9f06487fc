/** Reads a CPU profile of V8, and says to which room of the project a function belongs. */

/** The profile's file, as the Chrome DevTools Protocol has it. Times are in microseconds. */
export type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
    readonly children?: readonly number[]
  }[]
  readonly startTime: number
  readonly endTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** One function of a stack. */
export type Frame = { readonly name: string; readonly room: string }

/** Functions from the outermost to the innermost, and how long they were seen together. */
export type Stack = { readonly frames: readonly Frame[]; readonly microseconds: number }

const IDLE = '(idle)'
const ROOT = '(root)'

/** The stacks seen between two instants of the profile, without idle time. */
export function stacksOf(profile: CpuProfile, { from, to }: { from: number; to: number }): Stack[] {
  const { nodes, samples, timeDeltas, startTime } = profile
  const seen = new Map<number, number>()
  let at = startTime
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0
    at += delta
    if (at >= from && at <= to) seen.set(id, (seen.get(id) ?? 0) + delta)
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const stacks = Array.from(seen, ([id, microseconds]) => {
    const frames: Frame[] = []
    for (let node: number | undefined = id; node !== undefined; node = parents.get(node)) {
      const frame = byId.get(node)?.callFrame
      if (frame !== undefined && frame.functionName !== ROOT) frames.unshift(frameOf(frame))
    }
    return { frames, microseconds }
  })
  return stacks.filter(({ frames }) => frames[0]?.name !== IDLE)
}

function frameOf({ functionName, url }: { functionName: string; url: string }): Frame {
  return { name: functionName === '' ? '(anonymous)' : functionName, room: roomOf(functionName, url) }
}

/** The part of the project, of Node or of the packages that a function belongs to. */
export function roomOf(functionName: string, url: string): string {
  if (functionName === '(garbage collector)') return 'garbage collection'
  const [, packageName] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? []
  if (packageName !== undefined && !packageName.startsWith('@streamgate')) return `package ${packageName}`
  const [, workspace, folder] = /\/(stores|service)\/src\/(?:([\w-]+)\/)?/.exec(url) ?? []
  if (workspace !== undefined) return folder === undefined ? workspace : `${workspace}/${folder}`
  if (/\/core\/src\//.test(url)) return 'core'
  if (/^node:(?:_http|internal\/http)/.test(url)) return 'node:http'
  if (/^node:(?:net|internal\/stream|stream|internal\/streams)/.test(url)) return 'node:net and streams'
  if (url.startsWith('node:')) return 'the rest of Node'
  return 'native code and the kernel'
}

/** The share of each room in the time of the stacks, by their innermost functions. */
export function sharesByRoom(stacks: readonly Stack[]): ReadonlyMap<string, number> {
  const total = stacks.reduce((sum, { microseconds }) => sum + microseconds, 0)
  const shares = new Map<string, number>()
  for (const { frames, microseconds } of stacks) {
    const room = frames.at(-1)?.room ?? ''
    shares.set(room, (shares.get(room) ?? 0) + microseconds / total)
  }
  return new Map([...shares].toSorted(([, one], [, other]) => other - one))
}
