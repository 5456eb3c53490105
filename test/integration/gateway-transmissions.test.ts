import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { SpoolingRecorder, type Transmission } from '../../packages/transmissions/src/index.ts'
import { type CatalogFixture, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture
let folder: string

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(async () => {
  await fixture.clear()
  folder = await mkdtemp(join(tmpdir(), 'vna-spool-'))
  return () => rm(folder, { recursive: true })
})

const row: Transmission = {
  direction: 'in',
  protocol: 'dimse',
  client: 'STORESCU',
  peer: '127.0.0.1',
  studyInstanceUids: ['1.2.3'],
  startedAt: new Date('2026-11-24T10:11:12.000Z'),
  endedAt: new Date('2026-11-24T10:11:13.000Z'),
  instances: 3,
  failures: 0,
  bytes: 5_000_000_000,
  outcome: 'released',
}

const openSpool = (beforeShipping: () => Promise<void>) =>
  new SpoolingRecorder({
    folder,
    insert: async (rows) => {
      await beforeShipping()
      await fixture.transmissions.insert(rows)
    },
    onTrouble: (error) => expect.unreachable(String(error)),
    onLost: (error) => expect.unreachable(String(error)),
  })

it('of a spool that dies between insert and unlink are one row each', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'vna-spool-'))
  const dying = openSpool(() => cp(folder, copy, { recursive: true }))
  await dying.start(60_000)
  // One spool, two associations that look alike: told by their keys alone.
  dying.record(row)
  dying.record(row)
  await dying.close()
  expect(await fixture.transmissions.list({ limit: 10 })).toHaveLength(2)

  await cp(copy, folder, { recursive: true })
  await rm(copy, { recursive: true })
  const restarted = openSpool(async () => {})
  await restarted.start(60_000)
  restarted.record(row)
  await restarted.close()
  await restarted.close()
  expect(await fixture.transmissions.list({ limit: 10 })).toHaveLength(3)
  expect(await readdir(folder)).toEqual([])
})
