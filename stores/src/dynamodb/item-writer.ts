import { LimiterError } from '@streamgate/core'
import type { ItemChange } from './item-change.ts'
import { mendExpiryChange } from './lifetime.ts'
import type { UserItem } from './user-item.ts'
import type { ItemCall, UserTable, Written } from './user-table.ts'

/**
 * The most changes that one call tries. Each after the first is based on the item that the
 * one before conflicted with, so as many writers must have come between.
 */
const CHANGES_MAX = 10

/** Makes changes of items that other writers change at the same time. */
export class ItemWriter {
  readonly #table: UserTable

  constructor(table: UserTable) {
    this.#table = table
  }

  /**
   * Tries one change after another, until one is done or `revise` accepts the conflict.
   *
   * @param revise gives the next change, based on the item that the one before conflicted with.
   * @throws {LimiterError} `STORE_CONTENDED` if every change conflicted.
   */
  async write(
    call: ItemCall,
    first: ItemChange,
    revise: (conflicting: UserItem | undefined) => ItemChange | undefined,
  ): Promise<Written> {
    let change = first
    for (let attempt = 1; attempt <= CHANGES_MAX; attempt += 1) {
      const written = await this.#table.write(call, change)
      const next = written.done ? undefined : revise(written.item)
      if (next === undefined) {
        await this.#mendExpiry(call, written)
        return written
      }
      change = next
    }
    throw new LimiterError('STORE_CONTENDED', `The roster changed under all ${CHANGES_MAX} attempts`, {
      facts: { attempts: CHANGES_MAX },
    })
  }

  /**
   * Also after a conflict, because the old service may have added an entry to an item that has a
   * date.
   */
  async #mendExpiry(call: ItemCall, { item }: Written): Promise<void> {
    let mending = item && mendExpiryChange(item)
    for (let attempt = 1; mending !== undefined && attempt <= CHANGES_MAX; attempt += 1) {
      const written = await this.#table.write(call, mending)
      mending = written.done || written.item === undefined ? undefined : mendExpiryChange(written.item)
    }
  }
}
