import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/aws/walk/**/*.test.ts'],
    pool: 'forks',
    // Both at once: each waits a good part of its time for polls of Terraform's provider.
    maxWorkers: 2,
    bail: 1,
    testTimeout: 400_000,
    hookTimeout: 60_000,
  },
})
