import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Archive, type ServiceName } from '../acceptance/support/archive.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { Transfer } from './support/transfer.ts'
import { verifyAcknowledged } from './support/verification.ts'

interface Point {
  readonly service: ServiceName
  readonly point: string
}

const inService = (service: ServiceName, points: readonly string[]): readonly Point[] =>
  points.map((point) => ({ service, point }))

/** Every write boundary where a service can be told to kill itself: of a segment, and of its archiving. */
const segmentPoints = [
  'after-create',
  'after-data',
  'after-header',
  'after-sync',
  'before-seal',
  'after-trailer',
  'after-rename',
]
const archivingPoints = ['after-pack', 'after-sidecar', 'after-register', 'after-unlink']
const crashPoints = bySchedule({
  // Where the most is at stake: acknowledged but not answered, archived but not forgotten.
  short: [...inService('gateway', ['after-sync']), ...inService('archiver', ['after-register'])],
  long: [...inService('gateway', segmentPoints), ...inService('archiver', archivingPoints)],
})
const crashShim = fileURLToPath(new URL('./support/crash-point.mjs', import.meta.url))
const instances = 200
const instancesPerStudy = 20
const entity = 'ASST-CONFINI'
const callingAeTitle = 'CONFINI'
const testTimeoutMs = 120_000

let archive: Archive
let transfer: Transfer | undefined

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [callingAeTitle] })
}, testTimeoutMs)

afterEach(async () => {
  await transfer?.dispose()
  await archive.stop()
})

afterAll(() => archive.dispose())

/** The process leaves this file behind as it kills itself, and does it once only. */
const hasCrashed = (point: string): boolean => existsSync(join(archive.home, 'run', `crashed-${point}`))

describe('a crash at a write boundary loses nothing', () => {
  it.each(crashPoints)('$service $point', { timeout: testTimeoutMs }, async ({ service, point }) => {
    await archive.stop()
    await archive.start({ NODE_OPTIONS: `--import=${crashShim}`, CRASH_SERVICE: service, CRASH_POINT: point })
    const web = await archive.dicomWeb('entity', { entity: entity })
    transfer = new Transfer({ name: point, instances: instances, instancesPerStudy: instancesPerStudy })
    transfer.start(archive, { associations: 2, callingAeTitle: callingAeTitle })
    await transfer.ended()
    await waitFor(() => (hasCrashed(point) ? true : undefined), { what: `the crash ${point}` })
    const acknowledged = transfer.acknowledged()
    expect(await verifyAcknowledged(web, transfer.fixtures, acknowledged)).toEqual([])
    // What the crash cut off is sent again, and then everything is there once.
    transfer.start(archive, { associations: 2, callingAeTitle: callingAeTitle, skipExistingBy: web })
    expect(await transfer.ended(), transfer.output.slice(-2000)).toBe(0)
    const all = new Set(transfer.fixtures.map((fixture) => fixture.sopInstanceUid))
    expect(await verifyAcknowledged(web, transfer.fixtures, all)).toEqual([])
  })
})
