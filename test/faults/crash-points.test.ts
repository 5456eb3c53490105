import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { Transfer } from './support/transfer.ts'
import { verifyAcknowledged } from './support/verification.ts'

/** Every write boundary where a service can be told to kill itself: first of a segment, then of its archiving. */
const ALL_POINTS = [
  'after-create',
  'after-data',
  'after-header',
  'after-sync',
  'before-seal',
  'after-trailer',
  'after-rename',
  'after-pack',
  'after-sidecar',
  'after-register',
  'after-unlink',
] as const
/** Where the most is at stake: acknowledged but not answered, and archived but not forgotten. */
const SHORT_POINTS = ['after-sync', 'after-register'] as const
const POINTS = bySchedule<readonly string[]>({ short: SHORT_POINTS, long: ALL_POINTS })
const INSTANCES = 200
const INSTANCES_PER_STUDY = 20
const ENTITY = 'ASST-CONFINI'
const CALLING_AE_TITLE = 'CONFINI'
const TEST_TIMEOUT_MS = 120_000

let archive: Archive
let transfer: Transfer | undefined

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: ENTITY, aeTitles: [CALLING_AE_TITLE] })
}, TEST_TIMEOUT_MS)

afterEach(async () => {
  await transfer?.dispose()
  await archive.stop()
})

afterAll(() => archive.dispose())

/** The process leaves this file behind as it kills itself, and does it once only. */
const hasCrashed = (point: string): boolean => existsSync(join(archive.home, 'run', `crashed-${point}`))

describe('a crash at a write boundary loses nothing', () => {
  it.each(POINTS)('%s', { timeout: TEST_TIMEOUT_MS }, async (point) => {
    await archive.stop()
    await archive.start({ VNA_FAULT_POINT: point })
    const web = await archive.dicomWeb('entity', { entity: ENTITY })
    transfer = new Transfer({ name: point, instances: INSTANCES, instancesPerStudy: INSTANCES_PER_STUDY })
    transfer.start(archive, { associations: 2, callingAeTitle: CALLING_AE_TITLE })
    await transfer.ended()
    await waitFor(() => (hasCrashed(point) ? true : undefined), { what: `the crash ${point}` })
    const acknowledged = transfer.acknowledged()
    expect(await verifyAcknowledged(web, transfer.fixtures, acknowledged)).toEqual([])
    // What the crash cut off is sent again, and then everything is there once.
    transfer.start(archive, { associations: 2, callingAeTitle: CALLING_AE_TITLE, skipExistingBy: web })
    expect(await transfer.ended(), transfer.output.slice(-2000)).toBe(0)
    const all = new Set(transfer.fixtures.map((fixture) => fixture.sopInstanceUid))
    expect(await verifyAcknowledged(web, transfer.fixtures, all)).toEqual([])
  })
})
