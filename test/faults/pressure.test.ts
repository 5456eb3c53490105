import { mkdtempSync, statfsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import type { DicomWeb } from '../acceptance/support/dicomweb.ts'
import { CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, type Fixture, makeFixture } from '../acceptance/support/fixtures.ts'
import { runProgram } from '../acceptance/support/programs.ts'
import { openAssociation, type RawAssociation, RejectedError, storeRaw } from '../acceptance/support/raw-association.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { verifyAcknowledged } from './support/verification.ts'

const ENTITY = 'ASST-PRESSIONE'
const TITLES = { callingAeTitle: 'PRESSIONE', calledAeTitle: 'VNA' }
const TEST_TIMEOUT_MS = 120_000
const MIB = 1024 ** 2
const OUT_OF_RESOURCES = 0xa700
/** A-ASSOCIATE-RJ: transient, presentation-related, temporary congestion (PS3.8 9.3.4). */
const TEMPORARY_CONGESTION = { result: 2, source: 3, reason: 1 }
const SOFT_BYTES = 8 * MIB
/** Space that others may take of the disk while the tests run; as much again is taken by the tests to pass the mark. */
const DISK_MARGIN_BYTES = Math.min(3 * 1024 * MIB, Math.floor(freeBytes() / 4))
const MAX_INSTANCES = 100
const SHIM = fileURLToPath(new URL('./support/failing-disk.mjs', import.meta.url))

let folder: string
let archive: Archive
let web: DicomWeb
let tests = 0
let sent: Fixture[]
let acknowledged: Set<string>

/** One stack for all: each test ends with everything in order again. Its processes load the failing disk first. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-pressure-'))
  archive = await Archive.start({
    home: join(folder, 'home'),
    env: {
      VNA_JOURNAL_SOFT_BYTES: String(SOFT_BYTES),
      VNA_JOURNAL_HARD_FREE_BYTES: String(freeBytes() - DISK_MARGIN_BYTES),
      NODE_OPTIONS: `--import=${SHIM}`,
      FAILING_DISK_CONTROL: diskControl(),
      FAILING_DISK_FOLDER: join(folder, 'home', 'journal'),
    },
  })
  await archive.addEntity({ code: ENTITY, aeTitles: [TITLES.callingAeTitle] })
  web = await archive.dicomWeb('entity', { entity: ENTITY })
}, TEST_TIMEOUT_MS)

beforeEach(() => {
  tests += 1
  sent = []
  acknowledged = new Set()
})

afterAll(async () => {
  await archive?.stop()
  await rm(folder, { recursive: true, force: true })
})

function freeBytes(): number {
  const { bavail, bsize } = statfsSync(tmpdir())
  return bavail * bsize
}

const diskControl = (): string => join(folder, 'disk-fault')
const readiness = async (): Promise<number> => (await fetch(`${archive.url}/health/ready`)).status
const untilReadiness = (status: number): Promise<true> =>
  waitFor(async () => ((await readiness()) === status ? true : undefined), { what: `readiness ${status}` })

function associate(): Promise<RawAssociation> {
  const contexts = [{ id: 1, abstractSyntaxUid: CT_IMAGE_STORAGE, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN }]
  return openAssociation(archive.ports.dimse, { ...TITLES, contexts })
}

/** Sends one more instance of a mebibyte; remembers whether it was acknowledged. */
async function sendOne(association: RawAssociation): Promise<number> {
  const fixture = makeFixture({ study: `pressure ${tests}`, number: sent.length + 1, pixelBytes: MIB })
  sent.push(fixture)
  const outcome = await storeRaw(association, { contextId: 1, ...fixture }, sent.length)
  if (outcome.kind !== 'answered') throw new Error(`the association was ${outcome.kind}`)
  if (outcome.answer.status === 0) acknowledged.add(fixture.sopInstanceUid)
  return outcome.answer.status
}

/** Sends until an instance is refused; gives the refusal's status. */
async function sendUntilRefused(association: RawAssociation): Promise<number> {
  while (sent.length < MAX_INSTANCES) {
    const status = await sendOne(association)
    if (status !== 0) return status
  }
  throw new Error(`${MAX_INSTANCES} instances were accepted`)
}

async function rejection(): Promise<RejectedError['rejection'] | undefined> {
  try {
    const { connection } = await associate()
    connection.destroy()
    return undefined
  } catch (error) {
    return error instanceof RejectedError ? error.rejection : undefined
  }
}

/** New associations are welcome again, and everything that was acknowledged is there. */
async function expectRecovery(): Promise<void> {
  const status = await waitFor(
    async () => {
      const association = await associate()
      const answer = await sendOne(association)
      association.connection.destroy()
      return answer === 0 ? answer : undefined
    },
    { timeoutMs: 60_000, everyMs: 250, what: 'an instance to be accepted again' },
  )
  expect(status).toBe(0)
  expect(await verifyAcknowledged(web, sent, acknowledged)).toEqual([])
}

/** An instance that is archived, so that the object store's folder exists. */
async function sendAndSee(association: RawAssociation): Promise<void> {
  expect(await sendOne(association)).toBe(0)
  await waitFor(async () => {
    const shown = await web.retrieveAsReceived(`/studies/${sent[0]!.studyInstanceUid}`)
    return shown.length > 0 ? true : undefined
  })
}

/** The object store's folder becomes a plain file: whoever is root, nothing can be put there. */
async function takeObjectStoreAway(): Promise<() => Promise<void>> {
  const objects = join(archive.home, 'objects')
  await rename(objects, `${objects}.away`)
  await writeFile(objects, '')
  return async () => {
    await rm(objects)
    await rename(`${objects}.away`, objects)
  }
}

describe('the object store away', () => {
  it(
    'up to the soft mark all is accepted, then newcomers wait, then the backlog drains',
    async () => {
      const association = await associate()
      await sendAndSee(association)
      const bringBack = await takeObjectStoreAway()
      for (let size = 0; size < SOFT_BYTES; size += MIB) expect(await sendOne(association)).toBe(0)
      expect(await waitFor(rejection, { what: 'a rejection' })).toEqual(TEMPORARY_CONGESTION)
      const body = Uint8Array.from(makeFixture({ study: 'stow under pressure', number: 1 }).file)
      const refused = await web.fetch('/studies', {
        method: 'POST',
        headers: { 'content-type': 'application/dicom' },
        body,
      })
      expect(refused.status).toBe(503)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      // What is under way may end: the association admitted before is still served.
      expect(await sendOne(association)).toBe(0)
      association.connection.destroy()
      await bringBack()
      await expectRecovery()
    },
    TEST_TIMEOUT_MS,
  )
})

describe('the journal disk', () => {
  it(
    'short of space refuses instances with 0xA700 and serves again when there is room',
    async () => {
      const association = await associate()
      expect(await sendOne(association)).toBe(0)
      const filler = join(folder, 'filler')
      // Reserves the space without writing it.
      expect((await runProgram('fallocate', ['-l', String(2 * DISK_MARGIN_BYTES), filler])).stderr).toBe('')
      expect(await sendUntilRefused(association)).toBe(OUT_OF_RESOURCES)
      association.connection.destroy()
      await rm(filler)
      await expectRecovery()
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'that fails on sync gives no false success, and serves again by itself',
    async () => {
      const association = await associate()
      expect(await sendOne(association)).toBe(0)
      await writeFile(diskControl(), 'sync')
      expect(await sendOne(association)).not.toBe(0)
      association.connection.destroy()
      await untilReadiness(503)
      expect(await rejection()).toEqual(TEMPORARY_CONGESTION)
      await rm(diskControl())
      await untilReadiness(200)
      await expectRecovery()
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'that is full refuses with 0xA700, and serves again when there is room',
    async () => {
      const association = await associate()
      expect(await sendOne(association)).toBe(0)
      await writeFile(diskControl(), 'full')
      expect(await sendOne(association)).toBe(OUT_OF_RESOURCES)
      association.connection.destroy()
      await rm(diskControl())
      await expectRecovery()
    },
    TEST_TIMEOUT_MS,
  )
})
