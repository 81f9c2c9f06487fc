/** What every store promises, as a test suite. Each store passes it on its real engine. */
import { describe, it } from 'vitest'
import { ADDING } from './adding.ts'
import { tryClause, type Clause, type ContractSubject } from './clause.ts'
import { DEVICES } from './devices.ts'
import { ERASING } from './erasing.ts'
import { FAILING } from './failing.ts'
import { FINISHING } from './finishing.ts'
import { IDENTITY } from './identity.ts'
import { NOTING } from './noting.ts'
import { OUTCOMES } from './outcomes.ts'
import { READING } from './reading.ts'
import { REGISTERING } from './registering.ts'
import { REMOVING } from './removing.ts'
import { RENEWING } from './renewing.ts'
import { REPLACING } from './replacing.ts'
import { SCANNING } from './scanning.ts'
import { SHARING } from './sharing.ts'

export { tryClause, type Clause, type ContractSubject, type LastingStore } from './clause.ts'

/** All clauses, by theme. */
export const STORE_CONTRACT: Readonly<Record<string, readonly Clause[]>> = {
  reading: READING,
  adding: ADDING,
  devices: DEVICES,
  renewing: RENEWING,
  removing: REMOVING,
  noting: NOTING,
  replacing: REPLACING,
  outcomes: OUTCOMES,
  identity: IDENTITY,
  erasing: ERASING,
  scanning: SCANNING,
  failing: FAILING,
  finishing: FINISHING,
  sharing: SHARING,
  registering: REGISTERING,
}

/** Registers every clause of the contract as a test of this store. */
export function describeStoreContract(subject: ContractSubject): void {
  describe(`${subject.name} keeps the store contract`, () => {
    for (const [theme, clauses] of Object.entries(STORE_CONTRACT)) {
      describe(theme, () => {
        for (const clause of clauses) it(clause.sentence, () => tryClause(clause, subject))
      })
    }
  })
}
