import { malformed, type StoreAddress, type StoreEngine } from '../engine.ts'

/** Rosters in the memory of one process. */
export const MEMORY: StoreEngine = {
  scheme: 'memory',
  usage: 'memory:',
  remark: 'gone with the process',
  isShared: false,
  isBilledByReads: false,
  needsTimeLimit: false,
  backupAdvice: 'it is gone with its process',
  parse: (text) => {
    if (text !== '') throw malformed(MEMORY, text)
    return ADDRESS
  },
}

const ADDRESS: StoreAddress = {
  engine: MEMORY,
  text: 'memory:',
  absoluteText: 'memory:',
  clockSkewMs: 0,
  isThere: () => false,
  identity: () => undefined,
  open: async () => {
    const { MemoryStore } = await import('./memory-store.ts')
    return new MemoryStore()
  },
}
