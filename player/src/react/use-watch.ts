/** A hook for React. */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { Watch } from '../core/watch.ts'
import type { Host } from '../core/host.ts'
import type { WatchOptions, WatchState } from '../core/types.ts'
import { createWatch } from '../index.ts'

/** The watches that stop unless they are used again at once. */
const stops = new WeakMap<Watch, ReturnType<typeof setTimeout>>()

/** A watch, and where it stands. */
export type UsedWatch = { readonly watch: Watch; readonly state: WatchState }

/**
 * Holds a slot as long as the component is mounted and `isActive`. Other options end it and start
 * again, except for another function as `token`. `host` is for React Native. Make it once, outside
 * of the component.
 *
 * Strict mode mounts, unmounts and mounts again. That is one start and no stop.
 */
export function useWatch(options: WatchOptions, isActive = true, host?: Host): UsedWatch {
  const key = JSON.stringify(options)
  const token = useRef(options.token)
  useEffect(() => {
    token.current = options.token
  })
  const watch = useMemo(() => {
    const given = JSON.parse(key) as WatchOptions
    const newest = (isRefused: boolean) => {
      const { current = '' } = token
      return typeof current === 'function' ? current(isRefused) : current
    }
    return createWatch(token.current === undefined ? given : { ...given, token: newest }, host)
  }, [key, host])
  useEffect(() => {
    if (!isActive) return
    clearTimeout(stops.get(watch))
    void watch.start()
    return () =>
      void stops.set(
        watch,
        setTimeout(() => void watch.stop()),
      )
  }, [watch, isActive])
  const subscribe = useCallback((changed: () => void) => watch.on('change', changed), [watch])
  const now = useCallback(() => watch.state, [watch])
  return { watch, state: useSyncExternalStore(subscribe, now, now) }
}
