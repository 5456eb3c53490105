import { describe, expect, it } from 'vitest'
import { createProgram } from '../program.ts'
import { loadBench } from './bench.ts'

async function runBench(folder?: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const program = createProgram({
    environment: {},
    cwd: '/',
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    register: [await loadBench(folder)],
  })
  const args = folder === undefined ? ['bench', '--help'] : ['bench', 'ingest', '--quick', '--loads', 'ct']
  return { exitCode: await program.run(args), stdout, stderr }
}

describe('vna bench', () => {
  it('has its subcommands in a checkout', async () => {
    const { exitCode, stdout } = await runBench()
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^ {2}ingest [\s\S]*^ {2}retrieve [\s\S]*^ {2}qido /m)
  })

  it('says in one line what is missing where there are no tests, as in the image', async () => {
    expect(await runBench('/nowhere')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'vna: bench needs test/bench-tool/register-bench.ts, which only a checkout of the repository has\n',
    })
  })
})
