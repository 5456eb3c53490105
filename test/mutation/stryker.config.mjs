// npm run test:mutation: are the rules' tests worth anything? Each small change of a rule file must fail a unit test.
// Files by name, wherever they stand; others may be given: npm run test:mutation -- --mutate 'packages/*/src/**/decide.ts'
import { rules } from './rules.ts'

export default {
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: true },
  mutate: [...rules, '!**/*.test.ts'],
  coverageAnalysis: 'perTest',
  // Stryker rewrites paths with the compiler API, which TypeScript 7 does not publish; nothing here needs it.
  tsconfigFile: 'none',
  concurrency: 1,
  ignorePatterns: ['.cache', 'data'],
  tempDirName: '.cache/mutation',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { reportTests: false, allowColor: false },
  jsonReporter: { fileName: '.cache/mutation.json' },
  thresholds: { high: 95, low: 90, break: 85 },
}
