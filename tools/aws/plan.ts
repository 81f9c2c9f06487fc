/** What a Terraform plan would do, as far as it needs a question or a refusal. */

/** The parts of `terraform show -json` of a plan that are read here. */
export type Plan = {
  readonly resource_changes?: readonly ResourceChange[]
  readonly output_changes?: Readonly<Record<string, { readonly actions: readonly string[] }>>
}

export type ResourceChange = {
  readonly address: string
  readonly type: string
  readonly change: {
    readonly actions: readonly string[]
    readonly before?: Readonly<Record<string, unknown>> | null
  }
}

const TABLE = 'aws_dynamodb_table'

/** Whether applying it would change nothing. */
export function isEmpty({ resource_changes = [], output_changes = {} }: Plan): boolean {
  const changes = [
    ...resource_changes.map(({ change }) => change.actions),
    ...Object.values(output_changes).map(({ actions }) => actions),
  ]
  return changes.every((actions) => actions.every((action) => action === 'no-op' || action === 'read'))
}

/**
 * The tables that it would delete, with every viewer's streams in them, whether or not it creates
 * new ones.
 */
export function lostTables({ resource_changes = [] }: Plan): readonly string[] {
  return resource_changes
    .filter(({ type, change }) => type === TABLE && change.actions.includes('delete'))
    .map(({ address }) => address)
}

/** The tables that it would delete and that AWS protects from deletion. */
export function protectedTables({ resource_changes = [] }: Plan): readonly string[] {
  return resource_changes
    .filter(
      ({ type, change }) =>
        type === TABLE &&
        change.actions.includes('delete') &&
        change.before?.['deletion_protection_enabled'] === true,
    )
    .map(({ address }) => address)
}

/**
 * The role by which API Gateway writes logs now, if the plan would replace it with the one of this
 * name.
 */
export function replacedLogRole({ resource_changes = [] }: Plan, ownName: string): string | undefined {
  const change = resource_changes.find(({ type }) => type === 'aws_api_gateway_account')?.change
  const present = change?.before?.['cloudwatch_role_arn']
  const isOwn = typeof present !== 'string' || present === '' || present.endsWith(`:role/${ownName}`)
  return isOwn ? undefined : present
}

/** Everything that it would delete for good. */
export function deletions({ resource_changes = [] }: Plan): readonly string[] {
  return resource_changes
    .filter(({ change }) => change.actions.includes('delete') && !change.actions.includes('create'))
    .map(({ address }) => address)
}
