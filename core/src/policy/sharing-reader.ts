import type { PolicyFault } from './fault.ts'
import { escapePointer, isObject, show } from './json-reader.ts'
import { TENANT_BYTES_MAX, type Scope } from '../tenants.ts'

/** What one plan says about sharing. */
type Saying = { readonly pointer: string; readonly tenant: string; readonly value: unknown }

/** What is wrong with the name of a tenant or a pool. */
export function nameFault(name: string): string | undefined {
  const isRight = /^[\w.-]+$/.test(name) && name.length <= TENANT_BYTES_MAX
  return isRight
    ? undefined
    : `must have a name of 1 to ${TENANT_BYTES_MAX} letters, digits, ".", "_" and "-", got ${show(name)}`
}

/**
 * Reads `sharedWith` of the plans of tenants. A user of tenants that share is one user, with one
 * list of streams. So every plan of each of them must name the same tenants.
 */
export class SharingReader {
  readonly #names: readonly string[]
  readonly #sayings: Saying[] = []

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** Takes in the plans of one tenant, unread. */
  take(pointer: string, tenant: string, plans: unknown): void {
    if (!isObject(plans)) return
    for (const [name, plan] of Object.entries(plans)) {
      const value = isObject(plan) ? plan['sharedWith'] : undefined
      this.#sayings.push({ pointer: `${pointer}/${escapePointer(name)}/sharedWith`, tenant, value })
    }
  }

  /** What is wrong with the plans that were taken in. */
  *faults(): Generator<PolicyFault> {
    for (const { pointer, tenant, value } of this.#sayings) {
      if (value === undefined) {
        const other = this.#sharers(tenant)
        if (other === undefined) continue
        yield { pointer, detail: `must be there, because another plan shares the users of ${show(tenant)}` }
      } else if (!Array.isArray(value) || !value.every((name) => this.#names.includes(name))) {
        yield { pointer, detail: `must be a list of tenants (${this.#names.map(show).join(', ')})` }
      } else if (!value.includes(tenant)) {
        yield { pointer, detail: `must name its own tenant ${show(tenant)} too` }
      } else if (keyOf(value) !== keyOf(this.#sharers(tenant) ?? value)) {
        yield { pointer, detail: 'must name the same tenants in all plans of the tenants that it names' }
      }
    }
  }

  /** The scope of a tenant: that of all with whom it shares, or its own. */
  scopeOf(tenant: string): Scope {
    return this.#sharers(tenant)?.toSorted()[0] ?? tenant
  }

  /** The first list of tenants that names this one. */
  #sharers(tenant: string): readonly string[] | undefined {
    const lists = this.#sayings.map(({ value }) => value).filter((value) => Array.isArray(value))
    return lists.find((list) => list.includes(tenant))
  }
}

function keyOf(names: readonly unknown[]): string {
  return [...new Set(names.map(String))].toSorted().join('\n')
}
