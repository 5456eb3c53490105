import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { ctImageStorage, explicitLittleEndian, type Fixture, makeFixture } from '../acceptance/support/fixtures.ts'
import { openAssociation, releaseAssociation, storeRaw } from '../acceptance/support/raw-association.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { type MhdRecipient, startMhdRecipient } from '../fakes/mhd-recipient.ts'
import { countOpen, readDivergence } from './support/registry-agreement.ts'

const entity = 'ASST-ONDATA'
const titles = { callingAeTitle: 'ONDATA', calledAeTitle: 'VNA' }
const contexts = [{ id: 1, abstractSyntaxUid: ctImageStorage, transferSyntaxUid: explicitLittleEndian }]
const codiceFiscale = 'RSSMRA80A01F205X'
const stableMs = 1_000
const studies = bySchedule({ short: 40, long: 500 })
const associations = 16
/** The contract: agreement within 60 s, for up to 500 at once. */
const convergedLimitMs = 60_000
const testTimeoutMs = 240_000

let archive: Archive
let recipient: MhdRecipient

beforeAll(async () => {
  recipient = await startMhdRecipient()
  archive = await Archive.start({
    env: {
      VNA_STUDY_STABLE_MS: String(stableMs),
      VNA_FSE_REGISTRY_URL: recipient.url,
      VNA_FSE_REGISTRY_TOKEN: recipient.token,
    },
  })
  await archive.addEntity({ code: entity, aeTitles: [titles.callingAeTitle] })
}, testTimeoutMs)
afterAll(async () => {
  await archive?.dispose()
  await recipient?.shut()
})

const fixtures = Array.from({ length: studies }, (_, place) =>
  makeFixture({ study: `ondata ${place}`, number: 1, patientId: codiceFiscale }),
)

/** Each association sends one study after the other; all are open at the same time. */
async function sendAll(): Promise<void> {
  const waiting = [...fixtures]
  const send = async (): Promise<void> => {
    const { connection } = await openAssociation(archive.ports.dimse, { ...titles, contexts })
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await storeRaw({ connection, acceptedIds: [1] }, { contextId: 1, ...next })
      expect(outcome).toMatchObject({ kind: 'answered', answer: { status: 0 } })
    }
    await releaseAssociation(connection)
  }
  await Promise.all(Array.from({ length: associations }, send))
}

const formatsOf = ({ studyInstanceUid }: Fixture) =>
  recipient
    .currentOf(studyInstanceUid)
    .map(({ formatCode }) => formatCode)
    .toSorted()

it(`${studies} studies at once by C-STORE converge in the registry`, { timeout: testTimeoutMs }, async () => {
  const start = Date.now()
  await sendAll()
  const since = Date.now()
  const areThere = () => (fixtures.every((fixture) => formatsOf(fixture).length === 2) ? true : undefined)
  await waitFor(areThere, { timeoutMs: convergedLimitMs, what: 'two current entries of each study' })
  const thereMs = Date.now() - since
  const agree = async () =>
    (await countOpen(archive)) === 0 && (await readDivergence(archive)) === 0 ? true : undefined
  await waitFor(agree, { timeoutMs: convergedLimitMs, what: 'no study open and no divergence' })
  process.stdout.write(
    `${studies} studies by ${associations} associations in ${since - start} ms; ` +
      `all registered ${thereMs} ms after the last C-STORE, agreed after ${Date.now() - since} ms\n`,
  )
  expect(Date.now() - since).toBeLessThan(convergedLimitMs)
  const formats = new Set(fixtures.map((fixture) => formatsOf(fixture).join(' ')))
  expect([...formats]).toEqual(['1.2.840.10008.5.1.4.1.1.88.59 urn:ihe:rad:MADO:fhir-manifest:2026'])
  // One version of each, sent once.
  expect(recipient.documents.size).toBe(2 * studies)
  expect({ problems: recipient.problems, resent: recipient.resent }).toEqual({ problems: [], resent: 0 })
  expect(recipient.submissions).toBe(studies)
})
