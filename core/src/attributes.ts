import type { StreamDescription } from './lease.ts'

/** The attributes that a stream has by name, or that the service finds out. */
export const NAMED_ATTRIBUTES = ['deviceType', 'deviceId', 'contentId', 'network'] as const

/** The most free attributes of one stream. */
export const ATTRIBUTES_MAX = 12
/** Longest value of an attribute, in bytes of UTF-8. */
export const ATTRIBUTE_BYTES_MAX = 64
/** The form of an attribute's name: at most 32 characters. */
export const ATTRIBUTE_NAME = /^[a-z][a-zA-Z0-9]{0,31}$/

/** A stream, as far as rules may ask for it. */
export type Described = Pick<
  StreamDescription,
  'deviceType' | 'deviceId' | 'contentId' | 'network' | 'attributes'
>

/** The value of an attribute, by its name. `undefined` if the stream lacks it. */
export function attributeOf(stream: Described, name: string): string | undefined {
  switch (name) {
    case 'deviceType':
      return stream.deviceType
    case 'deviceId':
      return stream.deviceId
    case 'contentId':
      return stream.contentId
    case 'network':
      return stream.network
    default: {
      const { attributes } = stream
      return attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined
    }
  }
}
