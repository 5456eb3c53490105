import { readdirSync, readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { Transfer } from './support/transfer.ts'
import { verifyAcknowledged } from './support/verification.ts'

const entity = 'ASST-ADOZIONE'
const callingAeTitle = 'ADOZIONE'
const instances = 1_000
const testTimeoutMs = 180_000

let survivor: Archive
let victim: Archive
let transfer: Transfer

beforeAll(async () => {
  survivor = await Archive.start()
  await survivor.addEntity({ code: entity, aeTitles: [callingAeTitle] })
  victim = await Archive.start({ env: sharedServices(survivor) })
}, testTimeoutMs)

afterAll(async () => {
  await transfer?.dispose()
  await victim?.dispose()
  await survivor?.dispose()
})

/** A second gateway and archiver on the database, queues and object store of the first, with a journal of their own. */
function sharedServices(archive: Archive): Readonly<Record<string, string>> {
  const record = JSON.parse(readFileSync(join(archive.home, 'run', 'supervisor.json'), 'utf8')) as Record<
    string,
    string
  >
  return {
    VNA_DATABASE_URL: record.databaseUrl!,
    VNA_REDIS_URL: record.redisUrl!,
    VNA_OBJECT_STORE: record.objectStore!,
  }
}

function readRunRecord(archive: Archive, service: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(archive.home, 'run', `${service}.json`), 'utf8')) as Record<string, string>
}

function segmentsOf(archive: Archive): readonly string[] {
  const names = readdirSync(join(archive.home, 'journal'), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.tar'))
}

it('a dead pair’s journal is adopted by another, and nothing acknowledged is lost', {
  timeout: testTimeoutMs,
}, async () => {
  transfer = new Transfer({ name: 'adoption', instances: instances, instancesPerStudy: 50 })
  transfer.start(victim, { associations: 4, callingAeTitle: callingAeTitle })
  await transfer.untilAcknowledged(instances / 3)
  for (const service of ['supervisor', 'gateway', 'archiver'] as const) victim.kill(service)
  await victim.killSupervisor()
  await transfer.abandon()
  const acknowledged = transfer.acknowledged()
  expect(acknowledged.size).toBeGreaterThanOrEqual(instances / 3)
  expect(segmentsOf(victim).length).toBeGreaterThan(0)
  // The dead pair's volume is attached where the survivor's archiver can reach it.
  const attached = join(survivor.home, 'journal', 'attached')
  await rename(join(victim.home, 'journal', 'gateway'), attached)
  const { journalId } = readRunRecord(survivor, 'gateway')
  await survivor.vnaJson(['journal', 'adopt', attached, '--into', journalId!])
  const web = await survivor.dicomWeb('entity', { entity: entity })
  expect(await verifyAcknowledged(web, transfer.fixtures, acknowledged)).toEqual([])
})
