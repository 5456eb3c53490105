import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createLogger } from '../../packages/runtime/src/index.ts'
import { transmissionOf } from '../../services/gateway/src/transmissions/transmission-of.ts'
import {
  type SpooledTransmission,
  TransmissionSpool,
} from '../../services/gateway/src/transmissions/transmission-spool.ts'
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

const row = (id: string): SpooledTransmission => ({
  id,
  direction: 'in',
  protocol: 'dimse',
  client: 'STORESCU',
  peer: '127.0.0.1',
  entityCode: undefined,
  studyInstanceUids: ['1.2.3'],
  startedAt: '2026-11-24T10:11:12.000Z',
  endedAt: '2026-11-24T10:11:13.000Z',
  instances: 3,
  failures: 0,
  bytes: 5_000_000_000,
  outcome: 'released',
  reason: undefined,
})

const openSpool = (beforeShipping: () => Promise<void>) =>
  new TransmissionSpool({
    folder,
    logger: createLogger({ service: 'test', level: 'silent' }),
    ship: async (rows) => {
      await beforeShipping()
      await fixture.catalog.recordTransmissions(rows.map(transmissionOf))
    },
  })

it('of a spool that dies between insert and unlink are one row each', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'vna-spool-'))
  const dying = openSpool(() => cp(folder, copy, { recursive: true }))
  await dying.start(60_000)
  // One spool, two associations that look alike: told by their ids alone.
  dying.record(row('6f0c5a4e-0001-4000-8000-000000000001'))
  dying.record(row('6f0c5a4e-0001-4000-8000-000000000002'))
  await dying.stop()
  expect(await fixture.catalog.listTransmissions({ limit: 10 })).toHaveLength(2)

  await cp(copy, folder, { recursive: true })
  await rm(copy, { recursive: true })
  const restarted = openSpool(async () => {})
  await restarted.start(60_000)
  restarted.record(row('6f0c5a4e-0001-4000-8000-000000000003'))
  await restarted.stop()
  await restarted.stop()
  expect(await fixture.catalog.listTransmissions({ limit: 10 })).toHaveLength(3)
  expect(await readdir(folder)).toEqual([])
})
