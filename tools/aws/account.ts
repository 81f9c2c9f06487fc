/**
 * The AWS account of the current credentials, and the names that follow from it. So no file needs
 * to hold an account, a Region or a bucket.
 */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { ENVIRONMENT } from '../environment.ts'
import { Refusal } from './endings.ts'
import { refuseUnknownProfile } from './profile.ts'

export type Account = {
  readonly accountId: string
  readonly region: string
  /**
   * The bucket of releases. All environments share it, so that what was tried in one is deployed in
   * the next.
   */
  readonly artefactBucket: string
  /** The bucket of Terraform's state and lock. */
  readonly stateBucket: string
  /** The role by which API Gateway writes logs, unless another one is set. */
  readonly logRole: string
}

/** By default the SDK waits forever. */
const PATIENCE = { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true } as const

const NO_REGION = 'no AWS region is set: set AWS_REGION, or a region in the profile that AWS_PROFILE names'
const NO_CREDENTIALS =
  'no AWS credentials were found: set AWS_PROFILE (after signing in), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'

/** The SDK's names for credentials that AWS does not accept. */
const REFUSED_CREDENTIALS = new Set([
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])

/** The SDK's message if it found no credentials, which does not say why. */
const NOTHING_FOUND = 'Could not load credentials from any providers'

/** @throws {Refusal} if credentials or Region are missing, or AWS does not take them. */
export async function identify(): Promise<Account> {
  refuseUnknownProfile()
  const client = new STSClient({ requestHandler: PATIENCE })
  try {
    const region = await client.config.region().catch(() => {
      throw new Refusal(NO_REGION)
    })
    await client.config.credentials().catch((error: unknown) => {
      throw new Refusal(reasonWithoutCredentials(error), { cause: error })
    })
    const { Account: accountId } = await client.send(new GetCallerIdentityCommand({}))
    if (accountId === undefined) throw new Refusal('AWS does not say which account the credentials belong to')
    return accountOf(accountId, region)
  } catch (error) {
    throw error instanceof Refusal ? error : refusalOf(error)
  } finally {
    client.destroy()
  }
}

/** The SDK's own reason, if it has one: an expired session, or a code that it cannot ask for. */
function reasonWithoutCredentials(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  if (reason !== NOTHING_FOUND) return `there are no AWS credentials: ${reason}`
  const profile = ENVIRONMENT['AWS_PROFILE'] ?? ''
  return profile === ''
    ? NO_CREDENTIALS
    : `the profile ${JSON.stringify(profile)} gives no AWS credentials: sign in, or look at what it names`
}

/** An account as a question names it. */
export function placeOf({ accountId, region }: Account): string {
  return `in account ${accountId}, ${region}`
}

/**
 * The names that follow from an account and a Region. infra/bootstrap builds them in the same way.
 */
export function accountOf(accountId: string, region: string): Account {
  const bucket = (purpose: string): string => `streamgate-${purpose}-${accountId}-${region}`
  return {
    accountId,
    region,
    artefactBucket: bucket('artefacts'),
    stateBucket: bucket('state'),
    logRole: `streamgate-gateway-logs-${region}`,
  }
}

function refusalOf(error: unknown): Refusal {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  if (REFUSED_CREDENTIALS.has(name)) {
    return new Refusal(`AWS does not take these credentials (${name}): sign in again, or set others`)
  }
  return new Refusal(`AWS cannot be asked who you are: ${message || name}`, { cause: error })
}
