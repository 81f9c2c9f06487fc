import { policySummary } from '../policy/policy-words.ts'
import type { Config } from '../settings/settings.ts'
import { LOG_LEVELS } from '../telemetry/log-options.ts'
import { printable } from '../text/printable.ts'
import { VERSION } from '../text/version.ts'

/** What a person is told about. */
type Welcoming = Pick<Config, 'store' | 'policy' | 'workers' | 'logLevel'>

/** What a person at a terminal sees once the service listens at this URL. */
export function welcome(url: string, { store, policy, workers, logLevel }: Welcoming): string {
  const { file, text } = policy
  const origin = file !== undefined ? printable(file) : text !== undefined ? 'from --policy' : 'built in'
  const areDecisionsShown = LOG_LEVELS.indexOf(logLevel) <= LOG_LEVELS.indexOf('info')
  const curl = `curl ${url}/users/123/streams -H 'content-type: application/json' -d '{ "streamId": "456" }'`
  return `
Streamgate ${VERSION} listens on ${url}

  Store   ${printable(store.text)}
  Policy  ${origin}: ${policySummary(policy.policy)}
  Docs    ${url}/docs${workers === 1 ? '' : `\n  Workers ${workers}`}

Start a stream:

  ${curl}

${areDecisionsShown ? 'Each start, refusal and stop is a line below.' : `The log shows ${logLevel} and worse.`} Ctrl-C stops the service.
`
}
