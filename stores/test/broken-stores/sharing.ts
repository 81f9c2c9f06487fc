/** For each clause on shared texts, a store that breaks it. */
import type { SharedText, Store } from '@streamgate/core'
import { broken } from './breaking.ts'

export const BROKEN_IN_SHARING: Readonly<Record<string, () => Store>> = {
  'there is no shared text before one is written': broken(() => ({
    readShared: async () => ({ text: '', version: 0 }),
  })),
  'a shared text is read back under its name alone, at its version': broken((sound) => ({
    readShared: (name) => sound.readShared(name.slice(0, 3)),
  })),
  'a shared text is written at the version that was seen, and only then': broken((sound) => ({
    writeShared: async (name, seenVersion, text) => {
      const held = await sound.readShared(name)
      const isBehind = seenVersion < (held?.version ?? 0)
      return sound.writeShared(name, isBehind ? seenVersion : (held?.version ?? 0), text)
    },
  })),
  'of many writers of a shared text at one version exactly one wins': broken(() => {
    const texts = new Map<string, SharedText>()
    return {
      readShared: async (name) => texts.get(name),
      writeShared: async (name, seenVersion, text) => {
        const held = texts.get(name)
        await Promise.resolve()
        if ((held?.version ?? 0) !== seenVersion) return { done: false, shared: held }
        const shared = { text, version: seenVersion + 1 }
        texts.set(name, shared)
        return { done: true, shared }
      },
    }
  }),
}
