import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { compareStudies } from '../acceptance/support/identity.ts'
import { runProgram } from '../acceptance/support/programs.ts'
import { storeByStow } from '../acceptance/support/sample-senders.ts'
import { expectedOf, studySamples } from '../acceptance/support/sample-set.ts'
import { privateSopClassArguments, roundsOf } from '../acceptance/support/samples.ts'
import { isLongSchedule } from '../acceptance/support/schedule.ts'
import { type Ceph, startCeph } from '../ceph/start-ceph.ts'
import { Transfer } from './support/transfer.ts'
import { verifyAcknowledged } from './support/verification.ts'

const entity = 'ASST-OGGETTI'
const callingAeTitle = 'OGGETTI'
const instances = 400
const testTimeoutMs = 180_000
const wholeRunTimeoutMs = 1_200_000
const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
let ceph: Ceph
let archive: Archive | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-s3-'))
  ceph = await startCeph({ folder: join(folder, 'ceph') })
}, testTimeoutMs)

afterAll(async () => {
  await archive?.dispose()
  await ceph?.stop()
  await rm(folder, { recursive: true, force: true })
})

const objectStore = () => ({
  VNA_OBJECT_STORE: `s3://acceptance/run?endpoint=${ceph.endpoint}&region=default&forcePathStyle=true`,
  AWS_ACCESS_KEY_ID: ceph.accessKey,
  AWS_SECRET_ACCESS_KEY: ceph.secretKey,
})

async function runningArchive(): Promise<Archive> {
  if (archive === undefined) {
    archive = await Archive.start({ env: objectStore() })
    await archive.addEntity({ code: entity, aeTitles: [callingAeTitle] })
  }
  return archive
}

describe('on a Ceph Object Gateway', () => {
  it('samples come back as they were sent', { timeout: testTimeoutMs }, async () => {
    const [samples = []] = roundsOf(studySamples())
    const stack = await runningArchive()
    await stack.addEntity({ code: 'ASST-CAMPIONI', aeTitles: ['CAMPIONI'], extra: privateSopClassArguments(samples) })
    const web = await stack.dicomWeb('entity', { entity: 'ASST-CAMPIONI' })
    expect(await storeByStow(web, samples)).toEqual([])
    expect(await compareStudies(web, samples.map(expectedOf))).toEqual([])
  })

  it('away in the middle of a transfer loses nothing, and the backlog drains by itself', {
    timeout: testTimeoutMs,
  }, async () => {
    const stack = await runningArchive()
    const web = await stack.dicomWeb('entity', { entity: entity })
    const transfer = new Transfer({ name: 's3-away', instances: instances, instancesPerStudy: 40, pixelBytes: 20_000 })
    try {
      transfer.start(stack, { associations: 2, callingAeTitle: callingAeTitle })
      await transfer.untilAcknowledged(instances / 4)
      await ceph.stopGateway()
      expect(await transfer.ended(), transfer.output.slice(-2000)).toBe(0)
      const all = new Set(transfer.fixtures.map((fixture) => fixture.sopInstanceUid))
      expect(transfer.acknowledged()).toEqual(all)
      await ceph.startGateway()
      expect(await verifyAcknowledged(web, transfer.fixtures, all)).toEqual([])
    } finally {
      await transfer.dispose()
    }
  })
})

if (isLongSchedule) {
  it('the whole acceptance run passes with packs in S3', { timeout: wholeRunTimeoutMs }, async () => {
    const args = [join(repositoryRoot, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'acceptance']
    // As `npm test` runs it: what the long schedules hold in time is not asked of a machine that runs Ceph too.
    const env = { ...process.env, ...objectStore(), VNA_TEST_SCHEDULE: 'short' }
    const result = await runProgram(process.execPath, args, {
      cwd: repositoryRoot,
      env,
      timeoutMs: wholeRunTimeoutMs,
    })
    expect(result.exitCode, result.stdout.slice(-8000)).toBe(0)
  })
}
