import { MemoryStore } from '@streamgate/stores/memory'
import { describeStoreContract } from '@streamgate/stores/contract'

describeStoreContract({
  name: 'MemoryStore',
  makeStore: async () => new MemoryStore(),
  makeFailingStore: { exemption: 'a Map in this process has no driver that could fail' },
})
