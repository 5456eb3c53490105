import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { makeCda } from './support/cda-report.ts'
import { makeFixture } from './support/fixtures.ts'
import { uidOf } from './support/generated.ts'
import { sendHl7 } from './support/send-hl7.ts'
import { makeTextReport } from './support/text-report.ts'
import { waitFor } from './support/wait.ts'

const entity = 'ASST-REFERTI'
const cfIssuer = '2.16.840.1.113883.2.9.4.3.2'
const anna = 'BNCNNA75B41F205W'
const testTimeoutMs = 120_000

interface Link {
  readonly reportId: string
  readonly studyInstanceUid: string
  readonly state: string
  readonly tier: string
  readonly decidedBy?: string
}
interface Added {
  readonly id: string
  readonly links: readonly Link[]
}

let archive: Archive

beforeAll(async () => {
  archive = await Archive.start({ env: { VNA_STUDY_STABLE_MS: '500' } })
  await archive.addEntity({ code: entity, aeTitles: ['REFERTI'] })
}, testTimeoutMs)
afterAll(() => archive.dispose())

/** Stored, and filed: a report that comes next finds it. */
async function store(study: string, patientId: string): Promise<string> {
  const web = await archive.dicomWeb('entity', { entity: entity })
  const image = makeFixture({ study, number: 1, patientId })
  expect((await web.store([image.file])).httpStatus).toBe(200)
  const path = `/instances?SOPInstanceUID=${image.sopInstanceUid}`
  const isFiled = async () => ((await web.search(path)).length > 0 ? true : undefined)
  await waitFor(isFiled, { what: 'an image to be filed' })
  return image.studyInstanceUid
}

/** A report of the entity that names a study by its UID. */
async function add({ id, study, patient = anna }: { id: string; study: string; patient?: string }): Promise<Added> {
  const path = join(archive.home, `${id}.xml`)
  writeFileSync(path, makeCda({ id, patient, studies: [study] }))
  return archive.vnaJson<Added>(['report', 'add', path, '--entity', entity])
}

const linksOf = (id: string) => archive.vnaJson<readonly Link[]>(['report', 'links', id])

async function untilLinked(id: string, state: string): Promise<Link> {
  const isSo = async () => (await linksOf(id)).find((link) => link.state === state)
  return waitFor(isSo, { what: `the report ${state}`, everyMs: 250 })
}

describe('a report', () => {
  it('waits for its images and links when they come', { timeout: testTimeoutMs }, async () => {
    const study = uidOf('referto prima')
    const added = await add({ id: 'prima', study })
    expect(added.links).toEqual([])
    await store('referto prima', anna)
    expect(await untilLinked(added.id, 'LINKED')).toMatchObject({ studyInstanceUid: study, tier: 'T1' })
    const listed = await archive.vnaJson<readonly { id: string }[]>(['report', 'list', '--study', study])
    expect(listed.map(({ id }) => id)).toEqual([added.id])
  })

  it('that lies in its study as a DICOM object is one too', { timeout: testTimeoutMs }, async () => {
    const web = await archive.dicomWeb('entity', { entity: entity })
    const study = await store('referto sr', anna)
    expect((await web.store([makeTextReport({ study: 'referto sr', patientId: anna })])).httpStatus).toBe(200)
    const list = () => archive.vnaJson<readonly { id: string; format: string }[]>(['report', 'list', '--study', study])
    const report = await waitFor(async () => (await list())[0], { what: 'the report', everyMs: 250 })
    expect(report.format).toBe('dicom-sr')
    const token = await archive.token('entity', { entity: entity })
    const document = await fetch(`${archive.url}/reports/${report.id}/document`, {
      headers: { authorization: `Bearer ${token}`, accept: 'multipart/related; type="application/dicom"' },
    })
    expect(document.status).toBe(200)
    expect(document.url).toContain(`/dicomweb/studies/${study}/`)
  })

  it('of a patient known by a local number links once ADT told who that is', { timeout: testTimeoutMs }, async () => {
    const study = await store('referto locale', 'LOC-7')
    const added = await add({ id: 'locale', study })
    expect(added.links).toMatchObject([{ state: 'REVIEW' }])
    const review = await archive.vnaJson<readonly Link[]>(['report', 'review'])
    expect(review.map(({ reportId }) => reportId)).toContain(added.id)
    const ack = await sendHl7(archive.ports.mllp, [
      `MSH|^~\\&|ADT|${entity}|VNA|VNA|20261124||ADT^A08^ADT_A01|1|P|2.5|||||ITA|UNICODE UTF-8`,
      'EVN|A08|20261124',
      `PID|1||LOC-7~${anna}^^^MEF&${cfIssuer}&ISO^NNITA||BIANCHI^ANNA||19750201|F`,
    ])
    expect(ack).toContain('MSA|AA|1')
    expect(await untilLinked(added.id, 'LINKED')).toMatchObject({ studyInstanceUid: study })
    const resolved = await archive.vnaJson(['identity', 'resolve', `entity:${entity}|LOC-7`])
    expect(resolved).toMatchObject({ national: { issuer: cfIssuer, identifier: anna } })
  })

  it('is decided about by people, with their reasons', { timeout: testTimeoutMs }, async () => {
    const study = await store('referto deciso', anna)
    const added = await add({ id: 'deciso', study })
    const decide = (word: string) =>
      archive.vnaJson<Link>(['report', word, added.id, study, '--reason', 'verificato con il reparto'])
    expect(await decide('unlink')).toMatchObject({ state: 'UNLINKED' })
    expect(await decide('accept')).toMatchObject({ state: 'LINKED' })
    expect(await decide('refuse')).toMatchObject({ state: 'UNLINKED' })
    const unreasoned = await archive.vna(['report', 'accept', added.id, study])
    expect(unreasoned.exitCode).toBe(2)
  })

  it('of another patient is refused as a conflict, and tells nobody of the study', {
    timeout: testTimeoutMs,
  }, async () => {
    const study = await store('referto altrui', anna)
    const added = await add({ id: 'altrui', study, patient: 'RSSMRA80A01F205X' })
    expect(added.links).toMatchObject([{ state: 'REJECTED_CONFLICT' }])
    const token = await archive.token('fse', { purpose: 'TREATMENT' })
    const read = await fetch(`${archive.url}/reports/${added.id}/studies`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await read.json()).toEqual({ links: [] })
  })
})

describe('identities', () => {
  it('come by table, are merged, and taken apart again', { timeout: testTimeoutMs }, async () => {
    const path = join(archive.home, 'identities.csv')
    writeFileSync(path, `issuer,identifier,national\nentity:${entity},T-1,${anna}\n`)
    expect(await archive.vnaJson(['identity', 'import', path, '--dry-run'])).toMatchObject({ changed: 1, invalid: 0 })
    expect(await archive.vnaJson(['identity', 'import', path])).toMatchObject({ changed: 1 })
    const [kept, old] = [`entity:${entity}|T-1`, `entity:${entity}|T-0`]
    expect(await archive.vnaJson(['identity', 'merge', kept, old])).toEqual({ changed: true })
    expect(await archive.vnaJson(['identity', 'resolve', old])).toMatchObject({ national: { identifier: anna } })
    expect(await archive.vnaJson(['identity', 'unmerge', old])).toEqual({ changed: true })
    expect(await archive.vnaJson(['identity', 'resolve', old])).not.toHaveProperty('national')
    writeFileSync(path, `issuer,identifier,national\nentity:${entity},T-2,NESSUNO\n`)
    expect((await archive.vna(['identity', 'import', path])).exitCode).toBe(1)
  })
})

describe('what nobody may read in a log', () => {
  it('is in none', () => {
    expect(archive.readLogs()).not.toMatch(/BNCNNA|RSSMRA|BIANCHI/)
  })
})
