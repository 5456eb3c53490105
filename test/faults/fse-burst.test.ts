import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, type Fixture, makeFixture } from '../acceptance/support/fixtures.ts'
import { openAssociation, releaseAssociation, storeRaw } from '../acceptance/support/raw-association.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { type MhdRecipient, startMhdRecipient } from '../fakes/mhd-recipient.ts'
import { countOpen, readDivergence } from './support/registry-agreement.ts'

const ENTITY = 'ASST-ONDATA'
const TITLES = { callingAeTitle: 'ONDATA', calledAeTitle: 'VNA' }
const contexts = [{ id: 1, abstractSyntaxUid: CT_IMAGE_STORAGE, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN }]
const CODICE_FISCALE = 'RSSMRA80A01F205X'
const STABLE_MS = 1_000
const STUDIES = bySchedule({ short: 40, long: 500 })
const ASSOCIATIONS = 16
/** The contract: agreement within 60 s, for up to 500 at once. */
const CONVERGED_LIMIT_MS = 60_000
const TEST_TIMEOUT_MS = 240_000

let archive: Archive
let recipient: MhdRecipient

beforeAll(async () => {
  recipient = await startMhdRecipient()
  archive = await Archive.start({
    env: {
      VNA_STUDY_STABLE_MS: String(STABLE_MS),
      VNA_FSE_REGISTRY_URL: recipient.url,
      VNA_FSE_REGISTRY_TOKEN: recipient.token,
    },
  })
  await archive.addEntity({ code: ENTITY, aeTitles: [TITLES.callingAeTitle] })
}, TEST_TIMEOUT_MS)
afterAll(async () => {
  await archive?.dispose()
  await recipient?.shut()
})

const fixtures = Array.from({ length: STUDIES }, (_, place) =>
  makeFixture({ study: `ondata ${place}`, number: 1, patientId: CODICE_FISCALE }),
)

/** Each association sends one study after the other; all are open at the same time. */
async function sendAll(): Promise<void> {
  const waiting = [...fixtures]
  const send = async (): Promise<void> => {
    const { connection } = await openAssociation(archive.ports.dimse, { ...TITLES, contexts })
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await storeRaw({ connection, acceptedIds: [1] }, { contextId: 1, ...next })
      expect(outcome).toMatchObject({ kind: 'answered', answer: { status: 0 } })
    }
    await releaseAssociation(connection)
  }
  await Promise.all(Array.from({ length: ASSOCIATIONS }, send))
}

const formatsOf = ({ studyInstanceUid }: Fixture) =>
  recipient
    .currentOf(studyInstanceUid)
    .map(({ formatCode }) => formatCode)
    .toSorted()

it(`${STUDIES} studies at once by C-STORE converge in the registry`, { timeout: TEST_TIMEOUT_MS }, async () => {
  const start = Date.now()
  await sendAll()
  const since = Date.now()
  const areThere = () => (fixtures.every((fixture) => formatsOf(fixture).length === 2) ? true : undefined)
  await waitFor(areThere, { timeoutMs: CONVERGED_LIMIT_MS, what: 'two current entries of each study' })
  const thereMs = Date.now() - since
  const agree = async () =>
    (await countOpen(archive)) === 0 && (await readDivergence(archive)) === 0 ? true : undefined
  await waitFor(agree, { timeoutMs: CONVERGED_LIMIT_MS, what: 'no study open and no divergence' })
  process.stdout.write(
    `${STUDIES} studies by ${ASSOCIATIONS} associations in ${since - start} ms; ` +
      `all registered ${thereMs} ms after the last C-STORE, agreed after ${Date.now() - since} ms\n`,
  )
  expect(Date.now() - since).toBeLessThan(CONVERGED_LIMIT_MS)
  const formats = new Set(fixtures.map((fixture) => formatsOf(fixture).join(' ')))
  expect([...formats]).toEqual(['1.2.840.10008.5.1.4.1.1.88.59 urn:ihe:rad:MADO:fhir-manifest:2026'])
  // One version of each, sent once.
  expect(recipient.documents.size).toBe(2 * STUDIES)
  expect({ problems: recipient.problems, resent: recipient.resent }).toEqual({ problems: [], resent: 0 })
  expect(recipient.submissions).toBe(STUDIES)
})
