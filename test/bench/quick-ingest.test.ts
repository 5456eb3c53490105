import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

interface Results {
  readonly results: readonly Record<string, unknown>[]
  readonly failures: readonly string[]
}

/** The short form of the benchmark: that it measures, not what; figures are for a quiet machine. */
describe('vna bench ingest --quick', () => {
  it('starts a fresh stack, loses nothing, and has a figure for everything', async () => {
    const args = ['--quick', '--rivals', 'none', '--loads', 'tiny', '--associations', '2', '--clients', 'send']
    const { status, json, stderr } = await runCli(['bench', 'ingest', ...args])
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const { results, failures } = json as unknown as Results
    expect(failures).toEqual([])
    expect(results.map((result) => result.client)).toEqual(['send'])
    for (const result of results) {
      const [run] = result.runs as readonly Record<string, number>[]
      expect(run).toMatchObject({ acknowledged: result.instances, stored: result.instances })
      const { othersCpuCores, ...figures } = run ?? {}
      expect(othersCpuCores).toBeGreaterThanOrEqual(0)
      for (const value of Object.values(figures)) expect(value).toBeGreaterThan(0)
    }
  })
})
