import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { echoscu } from './support/dcmtk.ts'
import type { DicomWeb } from './support/dicomweb.ts'
import { ctImageStorage, explicitLittleEndian, makeFixture } from './support/fixtures.ts'
import { openAssociation, RejectedError, releaseAssociation, storeRaw } from './support/raw-association.ts'
import { queryDatabase, type Row } from './support/sql.ts'
import { waitFor } from './support/wait.ts'

const entity = 'ASST-REGISTRO'
const knownTitles = { callingAeTitle: 'REGISTRO', calledAeTitle: 'VNA' }
const startTimeoutMs = 90_000
const byDimse = makeFixture({ study: 'records dimse', number: 1, patientName: 'Nascosto^Nome' })
const byStow = makeFixture({ study: 'records stow', number: 1, patientName: 'Nascosto^Nome' })

let archive: Archive
let web: DicomWeb

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [knownTitles.callingAeTitle], extra: ['--alias', 'VNA_REGISTRO'] })
  web = await archive.dicomWeb('entity', { entity: entity })
}, startTimeoutMs)

afterAll(() => archive.dispose())

const contexts = [{ id: 1, abstractSyntaxUid: ctImageStorage, transferSyntaxUid: explicitLittleEndian }]

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
    const rejectionOf = async (titles: typeof knownTitles) => {
      const error = await openAssociation(archive.ports.dimse, { ...titles, contexts }).catch(
        (thrown: unknown) => thrown,
      )
      return error instanceof RejectedError ? error.rejection : error
    }
    expect(await rejectionOf({ ...knownTitles, callingAeTitle: 'NESSUNO' })).toEqual({
      result: 1,
      source: 1,
      reason: 3,
    })
    expect(await rejectionOf({ ...knownTitles, calledAeTitle: 'ALTROVE' })).toEqual({ result: 1, source: 1, reason: 7 })
  })

  it('answers DCMTK’s C-ECHO, and by alias whoever calls', async () => {
    const port = archive.ports.dimse
    expect((await echoscu({ ...knownTitles, port })).exitCode).toBe(0)
    const byAlias = { port, callingAeTitle: 'QUALUNQUE', calledAeTitle: 'VNA_REGISTRO' }
    expect((await echoscu(byAlias)).exitCode).toBe(0)
    expect((await echoscu({ port, callingAeTitle: 'NESSUNO', calledAeTitle: 'VNA' })).exitCode).not.toBe(0)
  })

  it('leaves one row of what it sent', async () => {
    const { connection } = await openAssociation(archive.ports.dimse, { ...knownTitles, contexts })
    await storeRaw({ connection, acceptedIds: [1] }, { contextId: 1, ...byDimse })
    await releaseAssociation(connection)
    const row = await untilRows(
      () => transmissions(byDimse.studyInstanceUid),
      (found) => found.direction === 'in',
    )
    expect(row).toMatchObject({ code: entity, instances: 1, failures: 0, client: knownTitles.callingAeTitle })
    expect(Number(row.bytes)).toBeGreaterThanOrEqual(byDimse.dataSet.length)
    const search = ['transmissions', '--study', byDimse.studyInstanceUid, '--direction', 'in']
    const [found, ...others] = await archive.vnaJson<readonly Record<string, unknown>[]>(search)
    expect(found).toMatchObject({ entityCode: entity, instances: 1, client: knownTitles.callingAeTitle })
    expect(others).toEqual([])
    const { stdout } = await archive.vna(search)
    expect(stdout).toContain(byDimse.studyInstanceUid)
    expect(stdout).not.toMatch(/nascosto/i)
  })
})

describe('a request', () => {
  it('leaves one row a direction: what was stored, what was retrieved', async () => {
    expect((await web.store([byStow.file])).httpStatus).toBe(200)
    await waitFor(async () =>
      (await web.retrieveAsReceived(`/studies/${byStow.studyInstanceUid}`)).length === 1 ? true : undefined,
    )
    const rows = () => transmissions(byStow.studyInstanceUid)
    expect(await untilRows(rows, (row) => row.direction === 'in')).toMatchObject({
      code: entity,
      instances: 1,
      failures: 0,
    })
    expect(await untilRows(rows, (row) => row.direction === 'out')).toMatchObject({ instances: 1, failures: 0 })
  })

  it('is in the audit trail when it reads, and when it is denied', async () => {
    await web.search('/studies?PatientID=PZ-0001')
    await web.metadata(`/studies/${byStow.studyInstanceUid}`)
    const citizen = await archive.dicomWeb('citizen', { patient: 'RSSNNA80A41F205O' })
    expect((await citizen.fetch(`/studies/${byStow.studyInstanceUid}`)).status).toBe(403)
    const rows = await waitFor(async () => {
      const found = await audit()
      const isComplete = found.some((row) => row.role === 'citizen') && found.some((row) => row.role === 'entity')
      return isComplete ? found : undefined
    })
    const denial = rows.find((row) => row.role === 'citizen')
    expect(denial?.outcome).toMatch(/den|refus|forbid/i)
    const reads = rows.filter(
      (row) => row.role === 'entity' && JSON.stringify(row.object).includes(byStow.studyInstanceUid),
    )
    expect(reads.length).toBeGreaterThan(0)
    expect(rows.map((row) => Number(row.seq))).toEqual(rows.map((_, index) => Number(rows[0]!.seq) + index))
  })

  it('names no patient in the records', async () => {
    const rows = JSON.stringify([await audit(), await transmissions(byStow.studyInstanceUid)])
    expect(rows).not.toMatch(/nascosto/i)
  })
})

describe('the trail', () => {
  it('cannot be changed or shortened', async () => {
    await expect(queryDatabase(archive.home, 'DELETE FROM audit')).rejects.toThrow(/append-only/)
    await expect(queryDatabase(archive.home, "UPDATE audit SET actor = 'x'")).rejects.toThrow(/append-only/)
  })
})
