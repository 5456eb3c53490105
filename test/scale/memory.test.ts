import { closeSync, ftruncateSync, mkdtempSync, openSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { makeFixture } from '../acceptance/support/fixtures.ts'
import { peakMemoryBytes, processTree } from '../acceptance/support/processes.ts'
import { bySchedule } from '../acceptance/support/schedule.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { Transfer } from '../faults/support/transfer.ts'

/** The stated ceiling of the gateway's resident memory, all its processes together. */
const ceilingBytes = 300 * 1024 ** 2
const associations = 8
const instanceBytes = bySchedule({ short: 64 * 1024 ** 2, long: 2 * 1024 ** 3 })
const smallInstances = bySchedule({ short: 1_000, long: 20_000 })
const growthBytes = 64 * 1024 ** 2
const entity = 'ASST-MEMORIA'
const callingAeTitle = 'MEMORIA'
const testTimeoutMs = bySchedule({ short: 120_000, long: 1_800_000 })

let folder: string
let archive: Archive

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-memory-'))
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [callingAeTitle] })
}, testTimeoutMs)

afterAll(async () => {
  await archive.dispose()
  await rm(folder, { recursive: true, force: true })
})

const gatewayPeakBytes = (): number =>
  processTree(archive.findPid('gateway')!).reduce((sum, pid) => sum + peakMemoryBytes(pid), 0)

const reportPeak = (): void => console.log(`gateway peak: ${(gatewayPeakBytes() / 1024 ** 2).toFixed(0)} MiB`)

/** A multi-frame instance whose pixel data is a hole in the file: it costs the sender's disk nothing. */
function writeMultiFrame(number: number): { path: string; studyInstanceUid: string } {
  const { file, studyInstanceUid } = makeFixture({ study: `memory-${number}`, number, pixelBytes: 0 })
  const pixelLength = Buffer.alloc(4)
  pixelLength.writeUInt32LE(instanceBytes)
  const path = join(folder, `${number}.dcm`)
  const fd = openSync(path, 'w')
  writeSync(fd, Buffer.concat([file.subarray(0, -4), pixelLength]))
  ftruncateSync(fd, file.length + instanceBytes)
  closeSync(fd)
  return { path, studyInstanceUid }
}

it(
  `${associations} associations of ${instanceBytes / 1024 ** 2} MiB each stay under the ceiling`,
  async () => {
    const sent = Array.from({ length: associations }, (_, index) => writeMultiFrame(index + 1))
    const paths = sent.map(({ path }) => path)
    const args = ['send', ...archive.sendTo(callingAeTitle), '--associations', String(associations), ...paths]
    const result = await archive.vna(args, { timeoutMs: testTimeoutMs })
    expect(result.stderr).toBe('')
    expect(result.exitCode).toBe(0)
    reportPeak()
    expect(gatewayPeakBytes()).toBeLessThan(ceilingBytes)
    const web = await archive.dicomWeb('entity', { entity: entity })
    for (const { studyInstanceUid } of sent) {
      const count = async () => (await web.search(`/studies/${studyInstanceUid}/instances`)).length
      await waitFor(async () => ((await count()) === 1 ? true : undefined), { timeoutMs: testTimeoutMs })
    }
  },
  testTimeoutMs,
)

it(
  `does not grow with the number of instances or of waiting segments (${smallInstances} studies of one)`,
  async () => {
    const before = gatewayPeakBytes()
    const transfer = new Transfer({ name: 'memory-small', instances: smallInstances, instancesPerStudy: 1 })
    try {
      transfer.start(archive, { associations: 4, callingAeTitle: callingAeTitle })
      expect(await transfer.ended(), transfer.output.slice(-2000)).toBe(0)
    } finally {
      await transfer.dispose()
    }
    reportPeak()
    expect(gatewayPeakBytes() - before).toBeLessThan(growthBytes)
    expect(gatewayPeakBytes()).toBeLessThan(ceilingBytes)
  },
  testTimeoutMs,
)
