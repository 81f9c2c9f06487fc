/**
 * A value of an item, as requests and answers hold it in JSON: one of these members, by its type
 * (Amazon DynamoDB API Reference, "AttributeValue"). A number is a text.
 */
export type AttributeValue = {
  readonly S?: string
  readonly N?: string
  readonly BOOL?: boolean
  readonly NULL?: boolean
  readonly L?: readonly AttributeValue[]
  readonly M?: Readonly<Record<string, AttributeValue>>
}
