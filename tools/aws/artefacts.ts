/**
 * The bucket of releases. A release is one zip, named by its commit, written once and never
 * changed. Its manifest and its source map are next to it.
 */
import {
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { ENVIRONMENT } from '../environment.ts'
import type { Account } from './account.ts'
import { Refusal } from './endings.ts'

/** The name of a release in the bucket. */
export function releaseKey(commit: string, file: string): string {
  return `streamgate/${commit}/${file}`
}

/** By default the SDK waits forever. A release has a few hundred kilobytes. */
const PATIENCE = { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true } as const

/** An S3 client for the Region. An emulator's address has no bucket in its host name. */
export function makeS3Client(region: string): S3Client {
  const hasOwnEndpoint = (ENVIRONMENT['AWS_ENDPOINT_URL_S3'] ?? ENVIRONMENT['AWS_ENDPOINT_URL']) !== undefined
  return new S3Client({ region, forcePathStyle: hasOwnEndpoint, requestHandler: PATIENCE })
}

/** The releases of one account and Region. */
export class Artefacts {
  readonly bucket: string
  readonly #client: S3Client
  readonly #accountId: string

  constructor({ artefactBucket, region, accountId }: Account) {
    this.bucket = artefactBucket
    this.#client = makeS3Client(region)
    this.#accountId = accountId
  }

  close(): void {
    this.#client.destroy()
  }

  /** @throws {Refusal} if the bucket does not exist, or belongs to another account. */
  async refuseMissingBucket(): Promise<void> {
    try {
      await this.#client.send(new HeadBucketCommand(this.#owned({})))
    } catch (error) {
      const status = statusOf(error)
      if (status === 404) {
        throw new Refusal(
          `there is no bucket ${this.bucket} for releases: npm run provision makes it, once per account and Region`,
        )
      }
      if (status === 403) throw new Refusal(`bucket ${this.bucket} may not be used with these credentials`)
      throw error
    }
  }

  /** The SHA-256 in base64 of a commit's release, or `undefined` if there is none. */
  async released(commit: string): Promise<string | undefined> {
    const Key = releaseKey(commit, 'bundle.zip')
    try {
      const head = await this.#client.send(
        new HeadObjectCommand(this.#owned({ Key, ChecksumMode: 'ENABLED' })),
      )
      return head.ChecksumSHA256 ?? 'unknown'
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  /** Writes one file of a release, unless it exists. Returns whether it was written. */
  async writeOnce(Key: string, body: Uint8Array): Promise<boolean> {
    const ChecksumSHA256 = createHash('sha256').update(body).digest('base64')
    const conditions = { IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256', ChecksumSHA256 } as const
    try {
      await this.#client.send(new PutObjectCommand(this.#owned({ Key, Body: body, ...conditions })))
      return true
    } catch (error) {
      if (statusOf(error) === 412) return false
      if (statusOf(error) === 409) {
        throw new Refusal('somebody else is releasing this commit at this moment: try again', {
          cause: error,
        })
      }
      throw error
    }
  }

  /** A few commits that are released, to show beside one that is not. */
  async someReleases(): Promise<readonly string[]> {
    const listing = new ListObjectsV2Command(
      this.#owned({ Prefix: 'streamgate/', Delimiter: '/', MaxKeys: 100 }),
    )
    const { CommonPrefixes = [] } = await this.#client.send(listing)
    return CommonPrefixes.flatMap(({ Prefix }) => Prefix?.split('/')[1] ?? []).slice(0, 5)
  }

  /** The bucket, and no other account's bucket of the same name. */
  #owned<Rest extends object>(rest: Rest): Rest & { Bucket: string; ExpectedBucketOwner: string } {
    return { Bucket: this.bucket, ExpectedBucketOwner: this.#accountId, ...rest }
  }
}

/** The HTTP status of the SDK's error. */
export function statusOf(error: unknown): number | undefined {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata
  return metadata?.httpStatusCode
}
