import type { UserId } from '@streamgate/core'
import { describeStoreContract } from '@streamgate/stores/contract'
import { useDynalite } from './dynalite/dynalite.ts'

const dynalite = useDynalite()

describeStoreContract({
  name: 'DynamoDbStore',
  makeStore: () => dynalite.makeStore(),
  makeFailingStore: async () => ({
    store: await dynalite.makeStore({ tableName: 'NoSuchTable' }),
    user: 'anybody' as UserId,
  }),
  makeLastingStore: async () => {
    const tableName = await dynalite.makeTable()
    return {
      store: await dynalite.makeStore({ tableName }),
      reopen: () => dynalite.makeStore({ tableName }),
    }
  },
})
