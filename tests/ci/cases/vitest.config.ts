import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['tests/ci/cases/*.case.ts'], pool: 'forks' } })
