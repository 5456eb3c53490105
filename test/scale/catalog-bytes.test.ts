import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { queryDatabase } from '../acceptance/support/sql.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { Transfer } from '../faults/support/transfer.ts'
import { ctHeader } from './support/ct-header.ts'

const instanceCount = bySchedule({ short: 1_200, long: 100_000 })
/** Sent before the first measurement, so that what a nearly empty database costs is not counted. */
const warmUp = bySchedule({ short: 300, long: 2_000 })
const ctInstancesPerStudy = 300
/**
 * Half-filled last pages, and the free space and visibility maps that the first vacuum gives each of the 16 partitions
 * and their indexes: half a MiB, whatever the number of rows. A short run spreads it over few instances and so proves
 * only that nothing is far off; the figure itself comes from the long one, which has no allowance.
 */
const fixedBytesPerInstance = bySchedule({ short: (512 * 1024) / instanceCount, long: 0 })
/** Bytes of tables and indexes an instance: the aim, which is met. */
const ceilingPerCtInstance = 400
/** A guard: the aim is 1,500 and is not met (README), for a study and a patient each with the header of a scanner and a RIS. */
const ceilingPerOneInstanceStudy = 1_750
/** What becomes of a stable study in the health record, in tables of its own: told beside, not part of the ceilings. */
const healthRecordTables = ['publications', 'manifests', 'notifications', 'study_keys', 'generated_accessions']
const entity = 'ASST-CATALOGO'
const callingAeTitle = 'CATALOGO'
const testTimeoutMs = bySchedule({ short: 180_000, long: 3_600_000 })

let archive: Archive

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [callingAeTitle] })
}, testTimeoutMs)

afterAll(() => archive.dispose())

async function count(query: string): Promise<number> {
  const [row] = await queryDatabase(archive.home, query)
  return Number(row?.value)
}

interface DatabaseBytes {
  readonly catalog: number
  readonly healthRecord: number
}

/** Every table and index of the database, after VACUUM: what the rows need, not what a burst left behind. */
async function databaseBytes(): Promise<DatabaseBytes> {
  await queryDatabase(archive.home, 'VACUUM')
  const isOfHealthRecord = `relname IN (${healthRecordTables.map((name) => `'${name}'`).join(', ')})`
  const bytesWhere = (condition: string) =>
    count(`
      SELECT sum(pg_table_size(oid) + pg_indexes_size(oid)) AS value FROM pg_class
      WHERE relkind IN ('r', 'm') AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND relnamespace <> 'pg_toast'::regnamespace AND ${condition}`)
  return { catalog: await bytesWhere(`NOT ${isOfHealthRecord}`), healthRecord: await bytesWhere(isOfHealthRecord) }
}

async function sendAll(transfers: readonly Transfer[], associations: number): Promise<void> {
  const before = await count('SELECT count(*) AS value FROM instances')
  const instances = transfers.reduce((sum, transfer) => sum + transfer.fixtures.length, 0)
  try {
    for (const transfer of transfers) transfer.start(archive, { associations, callingAeTitle: callingAeTitle })
    for (const transfer of transfers) {
      expect(await transfer.ended(), transfer.output.slice(-2000)).toBe(0)
      expect(transfer.acknowledged().size).toBe(transfer.fixtures.length)
    }
  } finally {
    for (const transfer of transfers) await transfer.dispose()
  }
  const isDone = async () => (await count('SELECT count(*) AS value FROM instances')) === before + instances
  await waitFor(async () => ((await isDone()) ? true : undefined), { everyMs: 500, timeoutMs: testTimeoutMs })
}

async function bytesPerInstance(name: string, instancesPerStudy: number): Promise<number> {
  const send = (options: { name: string; instances: number }) =>
    sendAll([new Transfer({ ...options, instancesPerStudy, pixelBytes: 64, header: ctHeader })], 4)
  await send({ name: `${name}-warm`, instances: warmUp })
  const before = await databaseBytes()
  await send({ name, instances: instanceCount })
  const after = await databaseBytes()
  const [bytes, more] = [after.catalog - before.catalog, after.healthRecord - before.healthRecord].map(
    (grown) => grown / instanceCount,
  ) as [number, number]
  console.log(
    `${name}: ${bytes.toFixed(0)} bytes of PostgreSQL an instance over ${instanceCount}, and ${more.toFixed(0)} for the health record`,
  )
  return bytes
}

describe('PostgreSQL holds', () => {
  it(`under ${ceilingPerCtInstance} bytes an instance of a CT study`, { timeout: testTimeoutMs }, async () => {
    expect(await bytesPerInstance('ct', ctInstancesPerStudy)).toBeLessThan(ceilingPerCtInstance + fixedBytesPerInstance)
  })

  it(`under ${ceilingPerOneInstanceStudy} bytes a study of one instance`, {
    timeout: testTimeoutMs,
  }, async () => {
    expect(await bytesPerInstance('tiny', 1)).toBeLessThan(ceilingPerOneInstanceStudy + fixedBytesPerInstance)
  })
})

describe('concurrent senders', () => {
  const tiny = bySchedule({ short: 300, long: 5_000 })
  const shared = bySchedule({ short: 800, long: 8_000 })

  it(`8 associations on one study of ${shared} are all catalogued`, { timeout: testTimeoutMs }, async () => {
    const instances = shared / 8
    const part = (index: number) =>
      new Transfer({ name: 'shared', instances, instancesPerStudy: instances, firstNumber: 1 + index * instances })
    await sendAll(
      Array.from({ length: 8 }, (_, index) => part(index)),
      1,
    )
    const largest = await count('SELECT max(n) AS value FROM (SELECT count(*) AS n FROM instances GROUP BY study_id) s')
    expect(largest).toBeGreaterThanOrEqual(shared)
  })

  it(`${tiny} tiny studies over 4 associations are all catalogued`, { timeout: testTimeoutMs }, async () => {
    await sendAll([new Transfer({ name: 'concurrent', instances: tiny, instancesPerStudy: 1 })], 4)
  })

  it('no deadlock or serialization failure surfaces', () => {
    expect(archive.readLogs()).not.toMatch(/"level":[56]0[^\n]*(40001|40P01|deadlock|serialize access)/)
  })
})
