export { SeededRandom } from '../../../service/src/simulate/seeded-random.ts'
