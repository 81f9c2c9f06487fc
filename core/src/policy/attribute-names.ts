import { ATTRIBUTE_NAME, NAMED_ATTRIBUTES } from '../attributes.ts'
import { show } from './json-reader.ts'
import { nearest } from './nearest.ts'

/** Free attributes that many services have. A policy that names another must declare it. */
const USUAL_ATTRIBUTES: readonly string[] = [
  'app',
  'brand',
  'channel',
  'channelGroup',
  'contentType',
  'country',
  'deviceGroup',
  'event',
  'home',
  'household',
  'league',
  'licence',
  'license',
  'match',
  'partner',
  'platform',
  'profile',
  'quality',
  'region',
  'series',
  'tenant',
  'title',
]

/**
 * The names of attributes that a rule may ask for: those that every stream can have, the usual free
 * ones, and those that the policy declares. Any other is taken for a mistake, because a rule on a
 * misspelt attribute counts nothing.
 */
export class AttributeNames {
  readonly #known: readonly string[]

  /** @param declared the other free attributes of the policy's callers. */
  constructor(declared: readonly string[] = []) {
    this.#known = [...NAMED_ATTRIBUTES, ...USUAL_ATTRIBUTES, ...declared]
  }

  /** What is wrong with the form of a name. */
  static formFault(name: unknown): string | undefined {
    if (typeof name === 'string' && ATTRIBUTE_NAME.test(name)) return undefined
    return `must be the name of an attribute (a lower-case letter, then at most 31 letters and digits), got ${show(name)}`
  }

  /** What is wrong with a name. */
  fault(name: unknown): string | undefined {
    const fault = AttributeNames.formFault(name)
    if (fault !== undefined || typeof name !== 'string' || this.#known.includes(name)) return fault
    const meant = nearest(name, this.#known)
    const guess = meant === undefined ? '' : `; did you mean ${show(meant)}?`
    return `is not a known attribute, got ${show(name)}${guess}${guess === '' ? ';' : ' Or'} ${USUAL_HELP}`
  }
}

const USUAL_HELP = 'declare an attribute of your own in "attributes" at the top of the policy'
