/**
 * Where DynamoDB is and who asks it, as the AWS SDK finds it: in the environment, in the shared
 * files of a person's machine, or from the machine's role.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env'
import {
  chain,
  CONFIG_PREFIX_SEPARATOR,
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
  NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS,
  NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS,
} from '@smithy/core/config'
import type { AwsCredentialIdentityProvider } from '@smithy/types'

/** Where one client's requests go. */
export type Target = { readonly region: string; readonly url: URL }

/** What a caller may have said itself. */
export type TargetOptions = { readonly region?: string; readonly endpoint?: string }

/**
 * The Region and the address of its DynamoDB.
 *
 * @throws {Error} if no Region is set, with what to set.
 */
export async function targetOf(options: TargetOptions): Promise<Target> {
  const region = options.region ?? (await regionOfEnvironment())
  const endpoint = options.endpoint ?? (await loadConfig(ENDPOINT_URL)())
  if (endpoint !== undefined) return { region, url: new URL(endpoint) }
  const [isFips, isDualStack] = await Promise.all([
    loadConfig(NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS)(),
    loadConfig(NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS)(),
  ])
  return { region, url: new URL(`https://${hostOf(region, { isFips, isDualStack })}`) }
}

async function regionOfEnvironment(): Promise<string> {
  try {
    return await loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)()
  } catch (cause) {
    throw new Error('no AWS Region is set: set AWS_REGION', { cause })
  }
}

/** AWS SDKs and Tools Reference Guide, "Service-specific endpoints". */
const ENDPOINT_URL: Parameters<typeof loadConfig<string | undefined>>[0] = {
  environmentVariableSelector: (environment) =>
    environment['AWS_ENDPOINT_URL_DYNAMODB'] || environment['AWS_ENDPOINT_URL'] || undefined,
  configFileSelector: (profile, config) => {
    const services = config?.[['services', profile['services']].join(CONFIG_PREFIX_SEPARATOR)]
    return services?.[['dynamodb', 'endpoint_url'].join(CONFIG_PREFIX_SEPARATOR)] ?? profile['endpoint_url']
  },
  default: undefined,
}

/** The domains of a partition's services, by the beginning of its Regions. */
const PARTITIONS = [
  { prefix: 'cn-', suffix: 'amazonaws.com.cn', dualStackSuffix: 'api.amazonwebservices.com.cn' },
  { prefix: 'eusc-', suffix: 'amazonaws.eu', dualStackSuffix: 'api.amazonwebservices.eu' },
  { prefix: '', suffix: 'amazonaws.com', dualStackSuffix: 'api.aws' },
] as const

/** The host of a Region's DynamoDB (AWS General Reference, "Amazon DynamoDB endpoints"). */
export function hostOf(
  region: string,
  { isFips, isDualStack }: { readonly isFips: boolean; readonly isDualStack: boolean },
): string {
  const { suffix, dualStackSuffix } =
    PARTITIONS.find(({ prefix }) => region.startsWith(prefix)) ?? PARTITIONS[2]
  // The usual endpoints of GovCloud are those for FIPS.
  const service = isFips && (isDualStack || !region.startsWith('us-gov-')) ? 'dynamodb-fips' : 'dynamodb'
  return `${service}.${region}.${isDualStack ? dualStackSuffix : suffix}`
}

/**
 * Credentials from the environment or, if it has none, from wherever the SDK looks for them. Only
 * then is that code loaded: on Lambda it is never needed.
 */
export function defaultCredentials(): AwsCredentialIdentityProvider {
  let others: Promise<AwsCredentialIdentityProvider> | undefined
  return chain(fromEnv(), async () => {
    others ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider())
    return (await others)()
  })
}
