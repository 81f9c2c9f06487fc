import { describe } from 'vitest'
import { describeAttributes } from './attributes.ts'
import { describeBadInput } from './bad-input.ts'
import { describeCrossOrigin } from './cross-origin.ts'
import { describeCrowds } from './crowds.ts'
import { describeDevices } from './devices.ts'
import { describePersonalData } from './personal-data.ts'
import { describeFilters } from './filters.ts'
import { describeFinishing } from './finishing.ts'
import { describeLapsing } from './lapsing.ts'
import { describeOperators } from './operators.ts'
import { describePolicies } from './policies.ts'
import { describePools } from './pools.ts'
import { describeReportBatches } from './report-batches.ts'
import { describeReportContents } from './report-contents.ts'
import { describeReporting } from './reporting.ts'
import { describeStarting } from './starting.ts'
import { describeStopping } from './stopping.ts'
import type { TargetMaker } from './target.ts'
import { describeTenants } from './tenants.ts'
import { describeWatching } from './watching.ts'

/**
 * Registers the whole HTTP contract as tests of one target; every answer is held to its OpenAPI
 * document.
 */
export function describeHttpContract(maker: TargetMaker): void {
  describe(`${maker.name} keeps the HTTP contract`, () => {
    describeStarting(maker)
    describeWatching(maker)
    describeStopping(maker)
    describeReporting(maker)
    describeReportContents(maker)
    describeReportBatches(maker)
    describeLapsing(maker)
    describePolicies(maker)
    describeFilters(maker)
    describeAttributes(maker)
    describeDevices(maker)
    describePersonalData(maker)
    describeTenants(maker)
    describePools(maker)
    describeFinishing(maker)
    describeCrowds(maker)
    describeBadInput(maker)
    describeOperators(maker)
    describeCrossOrigin(maker)
  })
}
