/** Something that happens once, which waits can be ended by. */
export type Latch = {
  /** Whether it has happened. */
  isOpen: boolean
  readonly opened: Promise<void>
  readonly open: () => void
}

/** A latch that is closed. */
export function newLatch(): Latch {
  let resolve: () => void
  const opened = new Promise<void>((done) => {
    resolve = done
  })
  const latch: Latch = {
    isOpen: false,
    opened,
    open: () => {
      latch.isOpen = true
      resolve()
    },
  }
  return latch
}
