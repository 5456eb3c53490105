import { mkdtempSync, statfsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import type { DicomWeb } from '../acceptance/support/dicomweb.ts'
import { ctImageStorage, explicitLittleEndian, type Fixture, makeFixture } from '../acceptance/support/fixtures.ts'
import { runProgram } from '../acceptance/support/programs.ts'
import { openAssociation, type RawAssociation, RejectedError, storeRaw } from '../acceptance/support/raw-association.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { verifyAcknowledged } from './support/verification.ts'

const entity = 'ASST-PRESSIONE'
const titles = { callingAeTitle: 'PRESSIONE', calledAeTitle: 'VNA' }
const testTimeoutMs = 120_000
const mib = 1024 ** 2
const outOfResources = 0xa700
/** A-ASSOCIATE-RJ: transient, presentation-related, temporary congestion (PS3.8 9.3.4). */
const temporaryCongestion = { result: 2, source: 3, reason: 1 }
const softBytes = 4 * mib
const maxInstances = 400

let archive: Archive

/** Each test makes its own archive, with its own marks. */
async function startArchive(env: Readonly<Record<string, string>>): Promise<DicomWeb> {
  archive = await Archive.start({ env })
  await archive.addEntity({ code: entity, aeTitles: [titles.callingAeTitle] })
  return archive.dicomWeb('entity', { entity: entity })
}

let sent: Fixture[]
let acknowledged: Set<string>

beforeEach(() => {
  sent = []
  acknowledged = new Set()
})

const folders: string[] = []

afterEach(async () => {
  await archive.dispose()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

function associate(): Promise<RawAssociation> {
  const contexts = [{ id: 1, abstractSyntaxUid: ctImageStorage, transferSyntaxUid: explicitLittleEndian }]
  return openAssociation(archive.ports.dimse, { ...titles, contexts })
}

/** Sends one more instance of a mebibyte; remembers whether it was acknowledged. */
async function sendOne(association: RawAssociation): Promise<number> {
  const fixture = makeFixture({ study: 'pressure', number: sent.length + 1, pixelBytes: mib })
  sent.push(fixture)
  const outcome = await storeRaw(association, { contextId: 1, ...fixture }, sent.length)
  if (outcome.kind !== 'answered') throw new Error(`the association was ${outcome.kind}`)
  if (outcome.answer.status === 0) acknowledged.add(fixture.sopInstanceUid)
  return outcome.answer.status
}

/** Sends until an instance is refused; gives the refusal's status. */
async function sendUntilRefused(association: RawAssociation): Promise<number> {
  while (sent.length < maxInstances) {
    const status = await sendOne(association)
    if (status !== 0) return status
  }
  throw new Error(`${maxInstances} instances were accepted`)
}

const rejectionOf = async () => {
  try {
    const { connection } = await associate()
    connection.destroy()
    return undefined
  } catch (error) {
    return error instanceof RejectedError ? error.rejection : undefined
  }
}

/** The object store's folder becomes a plain file: whoever is root, nothing can be put there. */
async function takeObjectStoreAway(): Promise<() => Promise<void>> {
  const folder = join(archive.home, 'objects')
  await rename(folder, `${folder}.away`)
  await writeFile(folder, '')
  return async () => {
    await rm(folder)
    await rename(`${folder}.away`, folder)
  }
}

/** New associations are welcome again, and everything that was acknowledged is there. */
async function expectRecovery(web: DicomWeb): Promise<void> {
  const association = await waitFor(async () => associate(), {
    timeoutMs: 60_000,
    everyMs: 500,
    what: 'an association',
  })
  expect(await waitFor(async () => ((await sendOne(association)) === 0 ? 0 : undefined), { everyMs: 500 })).toBe(0)
  association.connection.destroy()
  expect(acknowledged.size).toBeGreaterThan(0)
  expect(await verifyAcknowledged(web, sent, acknowledged)).toEqual([])
}

describe('the object store away', () => {
  it(
    'up to the soft mark everything is accepted, then newcomers wait, then the backlog drains',
    async () => {
      const web = await startArchive({ VNA_JOURNAL_SOFT_BYTES: String(softBytes) })
      await sendAndForget()
      const bringBack = await takeObjectStoreAway()
      const association = await associate()
      for (let size = 0; size < softBytes; size += mib) expect(await sendOne(association)).toBe(0)
      await waitFor(rejectionOf, { what: 'a rejection' })
      expect(await rejectionOf()).toEqual(temporaryCongestion)
      const refused = await web.fetch('/studies', {
        method: 'POST',
        headers: { 'content-type': 'application/dicom' },
        body: Uint8Array.from(makeFixture({ study: 'stow under pressure', number: 1 }).file),
      })
      expect(refused.status).toBe(503)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      // What is under way may end: the association admitted before is still served.
      expect(await sendOne(association)).toBe(0)
      association.connection.destroy()
      await bringBack()
      await expectRecovery(web)
    },
    testTimeoutMs,
  )
})

/** One instance, archived, so that the object store's folder exists. */
async function sendAndForget(): Promise<void> {
  const association = await associate()
  expect(await sendOne(association)).toBe(0)
  association.connection.destroy()
  await waitFor(async () => ((await archive.vna(['journal', 'list'])).exitCode === 0 ? true : undefined))
}

describe('the journal disk', () => {
  it(
    'short of space refuses instances with 0xA700 and serves again when there is room',
    async () => {
      const web = await startArchive({ VNA_JOURNAL_HARD_FREE_BYTES: String(freeBytes() - 1024 * mib) })
      const association = await associate()
      expect(await sendOne(association)).toBe(0)
      const filler = join(archive.home, 'filler')
      // Reserves the space without writing it.
      expect((await runProgram('fallocate', ['-l', `${2048 * mib}`, filler])).exitCode).toBe(0)
      expect(await sendUntilRefused(association)).toBe(outOfResources)
      association.connection.destroy()
      await rm(filler)
      await expectRecovery(web)
    },
    testTimeoutMs,
  )
})

describe('a failing journal disk', () => {
  it(
    'gives no false success for an error on sync, and serves again by itself',
    async () => {
      const web = await startWithFailingDisk()
      const association = await associate()
      expect(await sendOne(association)).toBe(0)
      await writeFile(diskControl(), 'sync')
      expect(await sendOne(association)).not.toBe(0)
      await waitFor(async () => ((await readiness()) === 503 ? true : undefined), {
        what: 'the stack to say it is not ready',
      })
      expect(await statusOrRejection()).not.toBe(0)
      await rm(diskControl())
      await waitFor(async () => ((await readiness()) === 200 ? true : undefined), { what: 'the stack to be ready' })
      await expectRecovery(web)
    },
    testTimeoutMs,
  )

  it(
    'that is full refuses with 0xA700, and serves again when there is room',
    async () => {
      const web = await startWithFailingDisk()
      const association = await associate()
      expect(await sendOne(association)).toBe(0)
      await writeFile(diskControl(), 'full')
      expect(await sendOne(association)).toBe(outOfResources)
      await rm(diskControl())
      await expectRecovery(web)
    },
    testTimeoutMs,
  )
})

const diskControl = () => join(archive.home, '..', 'disk-fault')
const readiness = async () => (await fetch(`${archive.url}/health/ready`)).status

/** A newcomer's instance, or the refusal of its association. */
async function statusOrRejection(): Promise<number> {
  try {
    const association = await associate()
    const status = await sendOne(association)
    association.connection.destroy()
    return status
  } catch (error) {
    if (error instanceof RejectedError) return -1
    throw error
  }
}

/** A stack whose processes load the failing disk before their own code. */
async function startWithFailingDisk(): Promise<DicomWeb> {
  const folder = mkdtempSync(join(tmpdir(), 'vna-disk-'))
  const shim = fileURLToPath(new URL('./support/failing-disk.mjs', import.meta.url))
  archive = await Archive.start({
    home: join(folder, 'home'),
    env: {
      NODE_OPTIONS: `--import=${shim}`,
      FAILING_DISK_CONTROL: join(folder, 'disk-fault'),
      FAILING_DISK_FOLDER: join(folder, 'home', 'journal'),
    },
  })
  folders.push(folder)
  await archive.addEntity({ code: entity, aeTitles: [titles.callingAeTitle] })
  return archive.dicomWeb('entity', { entity: entity })
}

function freeBytes(): number {
  const { bavail, bsize } = statfsSync('/tmp')
  return bavail * bsize
}
