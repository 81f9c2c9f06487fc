/** A call of AWS's API. */
export type Call = {
  readonly accessKeyId: string
  readonly service: string
  /** DynamoDB's and others' `X-Amz-Target`, without the version before it. */
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly body: Buffer
}

/** An answer that is given without asking moto. */
export type Instead = { readonly status: number; readonly body: string; readonly type?: string }
