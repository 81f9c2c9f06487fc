/** An app in React Native. */
import { Watch } from '../core/watch.ts'
import type { Host, HostEvents, HostStorage } from '../core/host.ts'
import type { WatchOptions } from '../core/types.ts'

/** `AppState` of React Native, as far as it is used. */
export type NativeAppState = {
  readonly addEventListener: (
    name: 'change',
    changed: (state: string) => void,
  ) => { readonly remove: () => void }
}

/** What an app hands over, and how it behaves in the background. */
export type NativeParts = {
  /** `AppState` of `react-native`. */
  readonly AppState: NativeAppState
  /** `@react-native-async-storage/async-storage`, or anything like it. */
  readonly AsyncStorage: HostStorage
  /**
   * Frees the slot in the background, and asks for one when the app comes back. Without it the
   * slot is held as long as the system lets the app run, and then to the end of its lease.
   */
  readonly stopsInBackground?: boolean
}

/** An app, as a watch needs it. */
export function nativeHost({ AppState, AsyncStorage, stopsInBackground = false }: NativeParts): Host {
  const listen = ({ onLeave, onReturn, onWake }: HostEvents): (() => void) => {
    const subscription = AppState.addEventListener('change', (state) => {
      if (state === 'background' && stopsInBackground) onLeave?.()
      if (state !== 'active') return
      if (stopsInBackground) onReturn?.()
      onWake?.(true)
    })
    return () => subscription.remove()
  }
  return {
    fetch: (url, request) => fetch(url, request as RequestInit),
    now: () => Date.now(),
    random: () => Math.random(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer as number),
    storage: AsyncStorage,
    listen,
  }
}

/** A watch in an app. It does nothing before its start. Throws if the user is no valid text. */
export function createNativeWatch(options: WatchOptions, parts: NativeParts): Watch {
  return new Watch(nativeHost(parts), options)
}
