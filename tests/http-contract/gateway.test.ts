import { describe } from 'vitest'
import { describeCrossOrigin } from './cross-origin.ts'
import { describeCrowds } from './crowds.ts'
import { describeHttpContract } from './describe-http-contract.ts'
import { HTTP_API_TARGET, REST_API_TARGET } from './gateway-target.ts'
import { describeLapsing } from './lapsing.ts'
import { describeOperators } from './operators.ts'
import { describePolicies } from './policies.ts'
import { describeReporting } from './reporting.ts'
import { describeStarting } from './starting.ts'
import { describeWatching } from './watching.ts'

describeHttpContract(REST_API_TARGET)

// Bad input is left out here: an HTTP API itself refuses a path that cannot be decoded, and what
// else is bad reaches the app as it does behind a REST API.
describe(`${HTTP_API_TARGET.name} keeps the HTTP contract, but for bad input`, () => {
  describeStarting(HTTP_API_TARGET)
  describeWatching(HTTP_API_TARGET)
  describeReporting(HTTP_API_TARGET)
  describeLapsing(HTTP_API_TARGET)
  describeCrowds(HTTP_API_TARGET)
  describePolicies(HTTP_API_TARGET)
  describeOperators(HTTP_API_TARGET)
  describeCrossOrigin(HTTP_API_TARGET)
})
