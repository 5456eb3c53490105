import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { echoscu } from './support/dcmtk.ts'
import type { DicomWeb } from './support/dicomweb.ts'
import { CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, makeFixture } from './support/fixtures.ts'
import { openAssociation, RejectedError, releaseAssociation, storeRaw } from './support/raw-association.ts'
import { queryDatabase, type Row } from './support/sql.ts'
import { waitFor } from './support/wait.ts'

const ENTITY = 'ASST-REGISTRO'
const TITLES = { callingAeTitle: 'REGISTRO', calledAeTitle: 'VNA' }
const START_TIMEOUT_MS = 90_000
const BY_DIMSE = makeFixture({ study: 'records dimse', number: 1, patientName: 'Nascosto^Nome' })
const BY_STOW = makeFixture({ study: 'records stow', number: 1, patientName: 'Nascosto^Nome' })

let archive: Archive
let web: DicomWeb

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: ENTITY, aeTitles: [TITLES.callingAeTitle], extra: ['--alias', 'VNA_REGISTRO'] })
  web = await archive.dicomWeb('entity', { entity: ENTITY })
}, START_TIMEOUT_MS)

afterAll(() => archive.dispose())

const contexts = [{ id: 1, abstractSyntaxUid: CT_IMAGE_STORAGE, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN }]

const transmissions = (study: string): Promise<readonly Row[]> =>
  queryDatabase(
    archive.home,
    `SELECT t.*, e.code FROM transmissions t LEFT JOIN entities e ON e.id = t.entity_id
     WHERE '${study}' = ANY(study_instance_uids) ORDER BY t.id`,
  )

const audit = (): Promise<readonly Row[]> =>
  queryDatabase(archive.home, 'SELECT seq, actor, role, purpose, action, outcome, object FROM audit ORDER BY seq')

async function untilRows(find: () => Promise<readonly Row[]>, isWanted: (row: Row) => boolean): Promise<Row> {
  return waitFor(async () => (await find()).find(isWanted), { what: 'a row' })
}

describe('an association', () => {
  it('of an unknown caller is rejected 1/1/3, to an unknown title 1/1/7', async () => {
    const rejectionOf = async (titles: typeof TITLES) => {
      const error = await openAssociation(archive.ports.dimse, { ...titles, contexts }).catch(
        (thrown: unknown) => thrown,
      )
      return error instanceof RejectedError ? error.rejection : error
    }
    expect(await rejectionOf({ ...TITLES, callingAeTitle: 'NESSUNO' })).toEqual({ result: 1, source: 1, reason: 3 })
    expect(await rejectionOf({ ...TITLES, calledAeTitle: 'ALTROVE' })).toEqual({ result: 1, source: 1, reason: 7 })
  })

  it('answers DCMTK’s C-ECHO, and by alias whoever calls', async () => {
    const port = archive.ports.dimse
    expect((await echoscu({ ...TITLES, port })).exitCode).toBe(0)
    const byAlias = { port, callingAeTitle: 'QUALUNQUE', calledAeTitle: 'VNA_REGISTRO' }
    expect((await echoscu(byAlias)).exitCode).toBe(0)
    expect((await echoscu({ port, callingAeTitle: 'NESSUNO', calledAeTitle: 'VNA' })).exitCode).not.toBe(0)
  })

  it('leaves one row of what it sent', async () => {
    const { connection } = await openAssociation(archive.ports.dimse, { ...TITLES, contexts })
    await storeRaw({ connection, acceptedIds: [1] }, { contextId: 1, ...BY_DIMSE })
    await releaseAssociation(connection)
    const row = await untilRows(
      () => transmissions(BY_DIMSE.studyInstanceUid),
      (found) => found.direction === 'in',
    )
    expect(row).toMatchObject({ code: ENTITY, instances: 1, failures: 0, client: TITLES.callingAeTitle })
    expect(Number(row.bytes)).toBeGreaterThanOrEqual(BY_DIMSE.dataSet.length)
    const search = ['transmissions', '--study', BY_DIMSE.studyInstanceUid, '--direction', 'in']
    const [found, ...others] = await archive.vnaJson<readonly Record<string, unknown>[]>(search)
    expect(found).toMatchObject({ entityCode: ENTITY, instances: 1, client: TITLES.callingAeTitle })
    expect(others).toEqual([])
    const { stdout } = await archive.vna(search)
    expect(stdout).toContain(BY_DIMSE.studyInstanceUid)
    expect(stdout).not.toMatch(/nascosto/i)
  })
})

describe('a request', () => {
  it('leaves one row a direction: what was stored, what was retrieved', async () => {
    expect((await web.store([BY_STOW.file])).httpStatus).toBe(200)
    await waitFor(async () =>
      (await web.retrieveAsReceived(`/studies/${BY_STOW.studyInstanceUid}`)).length === 1 ? true : undefined,
    )
    const rows = () => transmissions(BY_STOW.studyInstanceUid)
    expect(await untilRows(rows, (row) => row.direction === 'in')).toMatchObject({
      code: ENTITY,
      instances: 1,
      failures: 0,
    })
    expect(await untilRows(rows, (row) => row.direction === 'out')).toMatchObject({ instances: 1, failures: 0 })
  })

  it('is in the audit trail when it reads, and when it is denied', async () => {
    await web.search('/studies?PatientID=PZ-0001')
    await web.metadata(`/studies/${BY_STOW.studyInstanceUid}`)
    const citizen = await archive.dicomWeb('citizen', { patient: 'RSSNNA80A41F205O' })
    expect((await citizen.fetch(`/studies/${BY_STOW.studyInstanceUid}`)).status).toBe(403)
    const rows = await waitFor(async () => {
      const found = await audit()
      const isComplete = found.some((row) => row.role === 'citizen') && found.some((row) => row.role === 'entity')
      return isComplete ? found : undefined
    })
    const denial = rows.find((row) => row.role === 'citizen')
    expect(denial?.outcome).toMatch(/den|refus|forbid/i)
    const reads = rows.filter(
      (row) => row.role === 'entity' && JSON.stringify(row.object).includes(BY_STOW.studyInstanceUid),
    )
    expect(reads.length).toBeGreaterThan(0)
    expect(rows.map((row) => Number(row.seq))).toEqual(rows.map((_, index) => Number(rows[0]!.seq) + index))
  })

  it('names no patient in the records', async () => {
    const rows = JSON.stringify([await audit(), await transmissions(BY_STOW.studyInstanceUid)])
    expect(rows).not.toMatch(/nascosto/i)
  })
})

describe('the trail', () => {
  it('cannot be changed or shortened', async () => {
    await expect(queryDatabase(archive.home, 'DELETE FROM audit')).rejects.toThrow(/append-only/)
    await expect(queryDatabase(archive.home, "UPDATE audit SET actor = 'x'")).rejects.toThrow(/append-only/)
  })
})
