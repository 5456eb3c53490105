import { defineConfig } from 'vitest/config'
import { rules } from './rules.ts'

/** Only the tests beside the rules: a rule that is shown by a far test alone is not shown. */
export default defineConfig({
  test: { name: 'rules', include: rules.map((rule) => rule.replace(/\.ts$/, '.test.ts')) },
})
