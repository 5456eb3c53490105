import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import type { DicomWeb } from '../acceptance/support/dicomweb.ts'
import { type Fixture, makeFixture } from '../acceptance/support/fixtures.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { type MhdRecipient, startMhdRecipient } from '../fakes/mhd-recipient.ts'
import { flushAll } from './support/redis.ts'
import { countOpen, readDivergence } from './support/registry-agreement.ts'

const crashShim = fileURLToPath(new URL('./support/crash-point.mjs', import.meta.url))
const entity = 'ASST-FASCICOLO'
const codiceFiscale = 'RSSMRA80A01F205X'
/** Every write boundary of a publication; an answer that is lost is the one where most can go wrong. */
const points = bySchedule({
  short: ['after-submit'],
  long: ['after-documents', 'after-built', 'after-submit', 'after-registered'],
})
const studies = bySchedule({ short: 10, long: 40 })
const many = bySchedule({ short: 60, long: 500 })
/** The contract: agreement within 60 s of the recovery. */
const convergedLimitMs = 60_000
const testTimeoutMs = 240_000

let archive: Archive
let recipient: MhdRecipient
let web: DicomWeb

beforeAll(async () => {
  recipient = await startMhdRecipient()
  archive = await Archive.start({
    env: {
      VNA_STUDY_STABLE_MS: '500',
      VNA_FSE_REGISTRY_URL: recipient.url,
      VNA_FSE_REGISTRY_TOKEN: recipient.token,
      VNA_FSE_REGISTRY_TIMEOUT_MS: '2000',
    },
  })
  await archive.addEntity({ code: entity, aeTitles: ['FASCICOLO'] })
  web = await archive.dicomWeb('entity', { entity: entity })
}, testTimeoutMs)
afterAll(async () => {
  await archive.dispose()
  await recipient.shut()
})

const studiesOf = (name: string, count: number): readonly Fixture[] =>
  Array.from({ length: count }, (_, place) =>
    makeFixture({ study: `${name} ${place}`, number: 1, patientId: codiceFiscale }),
  )

async function store(fixtures: readonly Fixture[]): Promise<void> {
  const answer = await web.store(fixtures.map(({ file }) => file))
  expect(answer.httpStatus).toBe(200)
}

async function converged(fixtures: readonly Fixture[]): Promise<number> {
  const since = Date.now()
  await waitFor(
    async () => {
      const isThere = fixtures.every(({ studyInstanceUid }) => recipient.currentOf(studyInstanceUid).length === 2)
      return isThere && (await countOpen(archive)) === 0 && (await readDivergence(archive)) === 0 ? true : undefined
    },
    { timeoutMs: convergedLimitMs, what: 'two current entries of each study and no divergence' },
  )
  return Date.now() - since
}

function expectNoDuplicates(): void {
  expect(recipient.problems).toEqual([])
  expect(recipient.resent).toBe(0)
}

describe('kill -9 of the linker', () => {
  it.each(points)('%s: every study is registered once', { timeout: testTimeoutMs }, async (point) => {
    await archive.stop()
    await archive.start({ NODE_OPTIONS: `--import=${crashShim}`, CRASH_SERVICE: 'linker', CRASH_POINT: point })
    const fixtures = studiesOf(point, studies)
    await store(fixtures)
    const marker = join(archive.home, 'run', `crashed-${point}`)
    await waitFor(() => (existsSync(marker) ? true : undefined), { what: `the crash ${point}` })
    await converged(fixtures)
    expectNoDuplicates()
  })

  it('at any moment, with all notices lost, a registry that was down, and more images later', {
    timeout: testTimeoutMs,
  }, async () => {
    await archive.stop()
    await archive.start()
    await recipient.shut()
    const fixtures = studiesOf('outage', many)
    await store(fixtures)
    await flushAll(archive.home)
    archive.kill('linker')
    await waitFor(() => (archive.findPid('linker') === undefined ? undefined : true), { what: 'the linker again' })
    await recipient.open()
    const ms = await converged(fixtures)
    process.stdout.write(`${fixtures.length} pending studies registered ${ms} ms after the registry was back\n`)
    const later = fixtures
      .slice(0, 5)
      .map((_, place) => makeFixture({ study: `outage ${place}`, number: 2, patientId: codiceFiscale }))
    await store(later)
    await waitFor(() => (later.every(({ studyInstanceUid }) => isReplaced(studyInstanceUid)) ? true : undefined), {
      timeoutMs: convergedLimitMs,
      what: 'the second version of each',
    })
    await converged(fixtures)
    expectNoDuplicates()
  })
})

/** Two entries that are current replace the two that were. */
function isReplaced(studyUid: string): boolean {
  const all = [...recipient.documents.values()].filter((it) => it.studyUid === studyUid)
  const replaced = recipient.currentOf(studyUid).map(({ replaces }) => replaces)
  const former = all.filter(({ status }) => status === 'superseded').map(({ id }) => `DocumentReference/${id}`)
  return former.length === 2 && replaced.toSorted().join() === former.toSorted().join()
}
