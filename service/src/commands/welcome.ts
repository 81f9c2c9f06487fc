import { policySummary } from '../policy/policy-words.ts'
import type { Config } from '../settings/settings.ts'
import { printable } from '../text/printable.ts'
import { VERSION } from '../text/version.ts'

/** What a person at a terminal sees once the service listens at this URL. */
export function welcome(url: string, { store, policy }: Pick<Config, 'store' | 'policy'>): string {
  const { file, text } = policy
  const origin = file !== undefined ? printable(file) : text !== undefined ? 'from --policy' : 'built in'
  const curl = `curl ${url}/users/123/streams -H 'content-type: application/json' -d '{ "streamId": "456" }'`
  return `
Streamgate ${VERSION} listens on ${url}

  Store   ${printable(store.text)}
  Policy  ${origin}: ${policySummary(policy.policy)}
  Docs    ${url}/docs

Start a stream:

  ${curl}

Each decision is a line below. Ctrl-C stops the service.
`
}
