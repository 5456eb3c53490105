import { spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const runtime = join(import.meta.dirname, '../../../packages/runtime/src/index.ts')
const program = `
  import { createLogger } from ${JSON.stringify(runtime)}
  const logger = createLogger({ service: 'test', level: 'info' })
  for (let line = 0; line < 50_000; line++) logger.info({ text: 'x'.repeat(200) }, 'a line')
  process.stderr.write(String(process.memoryUsage().heapUsed < 200 * 1024 * 1024))
`

describe('the log of a service', () => {
  it.runIf(existsSync('/dev/full'))('loses lines on a full disk, and neither the service nor its memory', () => {
    const full = openSync('/dev/full', 'w')
    const outcome = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    expect(outcome).toMatchObject({ status: 0, stderr: 'true' })
  })
})
