import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { runProgram } from '../acceptance/support/programs.ts'
import { Transfer } from './support/transfer.ts'
import { verifyAcknowledged } from './support/verification.ts'

const entity = 'ASST-RIPRISTINO'
const callingAeTitle = 'RIPRISTINO'
const instances = 300
const instancesPerStudy = 30
const testTimeoutMs = 180_000

let archive: Archive
const transfers: Transfer[] = []

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [callingAeTitle] })
}, testTimeoutMs)

afterAll(async () => {
  for (const transfer of transfers) await transfer.dispose()
  await archive.dispose()
})

async function send(name: string): Promise<Transfer> {
  const transfer = new Transfer({ name, instances: instances, instancesPerStudy: instancesPerStudy })
  transfers.push(transfer)
  transfer.start(archive, { associations: 2, callingAeTitle: callingAeTitle })
  expect(await transfer.ended(), transfer.output.slice(-2000)).toBe(0)
  return transfer
}

async function verify(transfer: Transfer): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity: entity })
  const all = new Set(transfer.fixtures.map((fixture) => fixture.sopInstanceUid))
  expect(await verifyAcknowledged(web, transfer.fixtures, all)).toEqual([])
}

it('an older database restored loses nothing that was received since', { timeout: testTimeoutMs }, async () => {
  const before = await send('before-backup')
  await verify(before)
  await archive.stop()
  const data = join(archive.home, 'postgres')
  const backup = join(archive.home, '..', 'postgres.backup')
  await copyWithOwners(data, backup)
  await archive.start()
  const since = await send('since-backup')
  await verify(since)
  await archive.stop()
  await rm(data, { recursive: true })
  await copyWithOwners(backup, data)
  await archive.start()
  await verify(before)
  await verify(since)
})

/** PostgreSQL started by root runs as another user, whose the files must stay: `fs.cp` would make them root's. */
async function copyWithOwners(from: string, to: string): Promise<void> {
  const result = await runProgram('cp', ['-a', from, to])
  expect(result.stderr).toBe('')
}
