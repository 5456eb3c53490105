import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { makeFixture } from './support/fixtures.ts'
import { waitFor } from './support/wait.ts'

const testTimeoutMs = 120_000
const studies = 300

let archive: Archive

beforeAll(async () => {
  archive = await Archive.start({ env: { VNA_ARCHIVE_CONCURRENCY: '1', VNA_RECONCILE_MS: '500' } })
  await archive.addEntity({ code: 'ASST-A', aeTitles: ['A'] })
  await archive.addEntity({ code: 'ASST-B', aeTitles: ['B'] })
}, testTimeoutMs)

afterAll(() => archive.dispose())

const waiting = () =>
  readdirSync(join(archive.home, 'journal', 'gateway', 'sealed')).filter((name) => name.endsWith('.tar')).length

describe('the backlog of one entity', () => {
  it(
    'delays another by its turn and not by its end',
    async () => {
      const [a, b] = [
        await archive.dicomWeb('entity', { entity: 'ASST-A' }),
        await archive.dicomWeb('entity', { entity: 'ASST-B' }),
      ]
      const archiver = archive.findPid('archiver')!
      process.kill(archiver, 'SIGSTOP')
      try {
        for (let n = 0; n < studies; n++) {
          expect((await a.store([makeFixture({ study: `flood ${n}`, number: 1 }).file])).httpStatus).toBe(200)
        }
        const last = makeFixture({ study: 'last', number: 1 })
        expect((await b.store([last.file])).httpStatus).toBe(200)
        await waitFor(async () => (waiting() > studies ? true : undefined), { what: 'all segments to be sealed' })
        process.kill(archiver, 'SIGCONT')
        await waitFor(
          async () => ((await b.search(`/studies/${last.studyInstanceUid}/series`)).length > 0 ? true : undefined),
          {
            everyMs: 50,
            timeoutMs: 60_000,
            what: "the other's study",
          },
        )
        // In order of time it would have been the last of all.
        expect(waiting()).toBeGreaterThan(studies / 4)
      } finally {
        process.kill(archiver, 'SIGCONT')
      }
      await waitFor(async () => (waiting() === 0 ? true : undefined), { timeoutMs: 60_000, what: 'an empty journal' })
      expect(await a.search('/studies?limit=1000')).toHaveLength(studies)
    },
    testTimeoutMs,
  )
})
