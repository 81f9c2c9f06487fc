import { describeHttpContract } from './describe-http-contract.ts'
import { APP_TARGET } from './target.ts'

describeHttpContract(APP_TARGET)
