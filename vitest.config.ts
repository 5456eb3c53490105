import { defineConfig } from 'vitest/config'

const seconds = 1000

/** What runs against real programs gets them on its PATH first. */
const globalSetup = ['test/harness/provide-programs.ts']
/** One PostgreSQL for tests that need a catalog and no stack. */
const provideDatabase = 'test/harness/provide-database.ts'

export default defineConfig({
  test: {
    // Two cores are the smallest machine; test files share them with the servers they start.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/bench-tool/**/*.test.ts'],
          testTimeout: 10 * seconds,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: [...globalSetup, provideDatabase],
          testTimeout: 60 * seconds,
          hookTimeout: 120 * seconds,
        },
      },
      ...['acceptance', 'faults', 'scale', 'bench'].map((name) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          globalSetup: name === 'bench' ? [...globalSetup, provideDatabase] : globalSetup,
          // Each file starts a whole stack. What the long schedules measure and kill has the machine to itself.
          fileParallelism: process.env.VNA_TEST_SCHEDULE !== 'long',
          testTimeout: 180 * seconds,
          hookTimeout: 180 * seconds,
        },
      })),
    ],
  },
})
