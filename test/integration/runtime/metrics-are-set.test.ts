import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { metricDefinitions } from '../../../packages/runtime/src/index.ts'

/** Names a metric of `Metrics` is reached by: `metrics.links.set(…)`, `o.metrics.links.set(…)`. */
const settings = /\bmetrics\.(\w+)\.(?:inc|set|observe)\(/g

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('node_modules'))
    .map((name) => join(folder, name))
}

describe('the table of metrics', () => {
  const texts = ['packages', 'services'].flatMap(sourceFiles).map((file) => readFileSync(file, 'utf8'))
  const set = new Set(texts.flatMap((text) => [...text.matchAll(settings)].map((match) => match[1])))

  it.each(Object.entries(metricDefinitions))('%s is set somewhere', (key) => {
    expect([...set]).toContain(key)
  })
})
