import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'core/test/**/*.test.ts',
      'stores/test/**/*.test.ts',
      'service/test/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'tests/aws/walk/**'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
