import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import type { DicomWeb } from '../acceptance/support/dicomweb.ts'
import { ctImageStorage, explicitLittleEndian, type Fixture, makeFixture } from '../acceptance/support/fixtures.ts'
import { echo, openAssociation, type RawAssociation, storeRaw } from '../acceptance/support/raw-association.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { openSmallDisk, type SmallDisk } from './support/small-disk.ts'
import { verifyAcknowledged } from './support/verification.ts'

const testTimeoutMs = 240_000
const diskMebibytes = 768
const mib = 1024 ** 2
const outOfResources = 0xa700
const fullForMs = 15_000
const titles = { callingAeTitle: 'PIENO', calledAeTitle: 'VNA' }

const sent: Fixture[] = []
const acknowledged = new Set<string>()

let disk: SmallDisk
let archive: Archive
let web: DicomWeb

beforeAll(async () => {
  disk = await openSmallDisk(diskMebibytes)
  // The marks would refuse long before: here the disk itself does, as when another program fills it.
  archive = await Archive.start({
    home: disk.home,
    env: { ...disk.env, VNA_JOURNAL_HARD_FREE_BYTES: '0', VNA_JOURNAL_SOFT_BYTES: String(1024 * mib) },
  })
  await archive.addEntity({ code: 'ASST-PIENO', aeTitles: [titles.callingAeTitle] })
  web = await archive.dicomWeb('entity', { entity: 'ASST-PIENO' })
}, testTimeoutMs)

afterAll(async () => {
  await disk.empty()
  await archive.dispose()
  await disk.remove()
}, testTimeoutMs)

function associate(): Promise<RawAssociation> {
  const contexts = [{ id: 1, abstractSyntaxUid: ctImageStorage, transferSyntaxUid: explicitLittleEndian }]
  return openAssociation(archive.ports.dimse, { ...titles, contexts })
}

async function sendOne(association: RawAssociation): Promise<number> {
  const fixture = makeFixture({ study: 'pieno', number: sent.length + 1, pixelBytes: mib })
  sent.push(fixture)
  const outcome = await storeRaw(association, { contextId: 1, ...fixture }, sent.length)
  if (outcome.kind !== 'answered') throw new Error(`the association was ${outcome.kind}`)
  if (outcome.answer.status === 0) acknowledged.add(fixture.sopInstanceUid)
  return outcome.answer.status
}

const ourServices = ['supervisor', 'gateway', 'archiver', 'query', 'linker'] as const
const pids = () => ourServices.map((name) => archive.findPid(name))

describe('a disk that is full to its last byte', () => {
  it(
    'ends no service, loses nothing acknowledged, is told to senders, and all goes on once there is room',
    async () => {
      const before = pids()
      const association = await associate()
      for (let n = 0; n < 5; n++) expect(await sendOne(association)).toBe(0)
      await disk.fill()
      expect(await sendOne(association)).toBe(outOfResources)
      association.connection.destroy()
      for (const until = Date.now() + fullForMs; Date.now() < until; await sleep(500)) {
        // Whatever it answers, it answers.
        await fetch(`${archive.url}/health/ready`, { signal: AbortSignal.timeout(10_000) })
        expect(await echo(archive.ports.dimse, titles)).toBe(0)
        const { file } = makeFixture({ study: 'pieno', number: 1_000 })
        const answer = await web.fetch('/studies', {
          method: 'POST',
          headers: { 'content-type': 'application/dicom' },
          body: Uint8Array.from(file),
        })
        expect([409, 503]).toContain(answer.status)
      }
      expect(pids()).toEqual(before)
      await disk.empty()
      const again = await waitFor(async () => associate(), { timeoutMs: 60_000, everyMs: 500, what: 'an association' })
      await waitFor(async () => ((await sendOne(again)) === 0 ? true : undefined), { everyMs: 500, timeoutMs: 60_000 })
      again.connection.destroy()
      await waitFor(async () => ((await fetch(`${archive.url}/health/ready`)).status === 200 ? true : undefined), {
        timeoutMs: 90_000,
        everyMs: 500,
        what: 'the stack to be ready',
      })
      expect(acknowledged.size).toBeGreaterThan(5)
      expect(await verifyAcknowledged(web, sent, acknowledged)).toEqual([])
      expect(pids()).toEqual(before)
    },
    testTimeoutMs,
  )
})
