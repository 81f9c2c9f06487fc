/** API keys for tests. */
import { makeApiKey, type ApiKeyEntry } from '../../service/src/auth/api-key.ts'
import { parseApiKeys } from '../../service/src/auth/api-keys-text.ts'
import { SCOPES, type Scope } from '../../service/src/auth/scope.ts'
import type { Config } from '../../service/src/settings/settings.ts'

/** Keys with their entries, as an operator has them. */
export class TestKeys {
  readonly #entries: ApiKeyEntry[] = []

  /** A new key with these scopes. */
  make(scopes: readonly Scope[], more: Partial<ApiKeyEntry> = {}): string {
    const { key, entry } = makeApiKey({ id: `k${this.#entries.length}`, scopes, ...more })
    this.#entries.push(entry)
    return key
  }

  /** A new key with all scopes but one. */
  makeWithout(scope: Scope | undefined): string {
    return this.make(SCOPES.filter((each) => each !== scope))
  }

  /** The file of the keys. */
  get text(): string {
    return JSON.stringify({ keys: this.#entries })
  }

  /** Settings under which these keys are accepted. */
  get settings(): Pick<Config, 'auth' | 'apiKeys'> {
    return { auth: ['api-key'], apiKeys: { keys: parseApiKeys(this.text), text: this.text } }
  }
}
