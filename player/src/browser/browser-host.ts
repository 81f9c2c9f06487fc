/** A page in a browser, as a watch needs it. */
import type { Claim, Host, HostEvents, HostStorage } from '../core/host.ts'

const CLAIM = 'streamgate.claim.'

/** The page that this code runs in. Outside of a browser it has no page events and no storage. */
export function browserHost(): Host {
  return {
    fetch: (url, request) => fetch(url, request as RequestInit),
    now: () => Date.now(),
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer as number),
    storage: storage(),
    listen: typeof addEventListener === 'function' ? listen : undefined,
    beacon: (url) => navigator.sendBeacon?.(url) ?? false,
    claim,
    report: (error) => globalThis.reportError?.(error),
  }
}

/** The first storage that this page may use. Browsers that block cookies block these too. */
function storage(): HostStorage | undefined {
  const usable = (name: 'localStorage' | 'sessionStorage'): HostStorage | undefined =>
    attempt(() => {
      globalThis[name].setItem(CLAIM, '')
      return globalThis[name]
    })
  return usable('localStorage') ?? usable('sessionStorage')
}

function listen({ onLeave, onReturn, onWake }: HostEvents): () => void {
  const heard = new AbortController()
  const hear = (name: string, run: (event: never) => unknown, target: EventTarget = globalThis): void =>
    target.addEventListener(name, run as EventListener, { signal: heard.signal })
  hear('pagehide', () => onLeave?.())
  hear('pageshow', ({ persisted }: PageTransitionEvent) => persisted && onReturn?.())
  hear('online', () => onWake?.(true))
  hear('storage', ({ key, newValue }: StorageEvent) => {
    if (key?.startsWith(CLAIM) && newValue) onWake?.(true)
  })
  const wake = (): unknown => onWake?.()
  hear('focus', wake)
  hear('visibilitychange', wake, document)
  hear('resume', wake, document)
  return () => heard.abort()
}

/** Pages of one origin share `localStorage`, and are told when another one changes it. */
function claim(name: string): Claim {
  const key = CLAIM + name
  const token = String(Math.random())
  attempt(() => localStorage.setItem(key, token))
  return {
    isMine: () => (attempt(() => localStorage.getItem(key)) ?? token) === token,
    release: () => attempt(() => localStorage.removeItem(key)),
  }
}

/** A storage may throw at any time: because it is full, or because it is blocked now. */
function attempt<Value>(run: () => Value): Value | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
