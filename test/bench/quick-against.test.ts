import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LoadRatio, Pair } from '../bench-tool/against/pairs.ts'
import { runCli } from './run-cli.ts'

const repositoryFolder = join(import.meta.dirname, '../..')

interface Results {
  readonly ratios: readonly LoadRatio[]
  readonly pairs: readonly Pair[]
  readonly failures: readonly string[]
}

/** This checkout against itself: that both sides are measured and divided, not what comes out. */
describe('vna bench ingest --against', () => {
  it('measures both sides on the same files and has a ratio for rate and CPU', async () => {
    const load = ['--quick', '--loads', 'tiny', '--associations', '2', '--clients', 'send']
    const { status, json, stderr } = await runCli([
      'bench',
      'ingest',
      ...load,
      '--against',
      repositoryFolder,
      '--pairs',
      '1',
    ])
    expect(stderr).toBe('fewer than 6 pairs tell broken from good, not more\n')
    expect(status).toBe(0)
    const { ratios, pairs, failures } = json as unknown as Results
    expect(failures).toEqual([])
    expect(ratios).toEqual([expect.objectContaining({ load: 'tiny send x2', rateUnit: 'inst/s', pairs: 1 })])
    const [[before], [now]] = [pairs[0]?.before ?? [], pairs[0]?.now ?? []]
    for (const sample of [before, now]) {
      expect(sample?.rate).toBeGreaterThan(0)
      expect(sample?.cpuSecondsPer1000).toBeGreaterThan(0)
    }
    expect(ratios[0]?.rateRatio.median).toBeCloseTo((now?.rate ?? 0) / (before?.rate ?? 0), 2)
  })
})
