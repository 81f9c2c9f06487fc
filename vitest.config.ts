import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'core/test/**/*.test.ts',
      'stores/test/**/*.test.ts',
      'service/test/**/*.test.ts',
      'player/test/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'tests/aws/walk/**'],
    pool: 'forks',
    // Many files wait for leases to lapse and for processes to start: two at once, even on two
    // cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
