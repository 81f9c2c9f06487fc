import { MemoryStore } from '@streamgate/stores/memory'
import { describeStoreContract } from '@streamgate/stores/contract'

describeStoreContract({
  name: 'MemoryStore',
  makeStore: async () => new MemoryStore(),
  makeFailingStore: { exemption: 'a Map in this process has no driver that could fail' },
  makeLastingStore: { exemption: 'what this process holds in memory is gone with the store' },
})
