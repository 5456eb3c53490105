import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import type { DicomWeb } from './support/dicomweb.ts'
import { type Fixture, type FixtureOptions, makeFixture } from './support/fixtures.ts'
import { waitFor } from './support/wait.ts'

const entity = 'ASST-VELENO'
const testTimeoutMs = 120_000
const mib = 1024 ** 2
const softBytes = 4 * mib
const deflated = '1.2.840.10008.1.2.1.99'

interface Quarantined {
  readonly id: number
  readonly reason: string
  readonly detail: string
  readonly sopInstanceUid: string
}
interface JournalStatus {
  readonly folder: string
  readonly sealedSegments: number
  readonly aside: readonly { readonly segmentId: string; readonly reason: string }[]
}

let archive: Archive
let web: DicomWeb
let archiverPid: number | undefined

beforeAll(async () => {
  archive = await Archive.start({ env: { VNA_JOURNAL_SOFT_BYTES: String(softBytes) } })
  await archive.addEntity({ code: entity, aeTitles: ['VELENO'] })
  web = await archive.dicomWeb('entity', { entity: entity })
  archiverPid = archive.findPid('archiver')
}, testTimeoutMs)

afterAll(() => archive.dispose())

function item(content: Buffer): Buffer {
  const header = Buffer.from('feff00e000000000', 'hex')
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content])
}

/** Explicit VR little endian, VRs with a 16-bit length. */
function element(tag: string, vr: string, value: Buffer): Buffer {
  const header = Buffer.concat([Buffer.from(tag, 'hex'), Buffer.from(vr), Buffer.alloc(2)])
  header.writeUInt16LE(value.length, 6)
  return Buffer.concat([header, value])
}

const repeated = (unit: Buffer, lengthBytes: number) => Buffer.alloc(lengthBytes - (lengthBytes % unit.length), unit)
const sequence = (value: Buffer) => ({ tag: 0x0040a730, vr: 'SQ', value })
const names = item(element('400023a1', 'PN', repeated(Buffer.from('a\\'), 60_000)))
const korean = item(element('400060a1', 'LT', repeated(Buffer.from('1b242943fbf3', 'hex'), 60_000)))
const frame = [
  { tag: 0x00280008, vr: 'IS', value: '1000000 ' },
  { tag: 0x00280010, vr: 'US', value: Buffer.from('0100', 'hex') },
  { tag: 0x00280011, vr: 'US', value: Buffer.from('0100', 'hex') },
  { tag: 0x00280100, vr: 'US', value: Buffer.from('0800', 'hex') },
]

/** Each a small file; none can be described in reasonable time and memory. */
const poison: readonly (readonly [problem: string, Pick<FixtureOptions, 'extra'>])[] = [
  ['too-many-elements', { extra: [sequence(repeated(item(Buffer.alloc(0)), 8 * mib))] }],
  ['header-too-long', { extra: [sequence(repeated(names, 20 * mib))] }],
  ['json-too-long', { extra: [sequence(repeated(names, 7.5 * mib))] }],
  [
    'too-many-escapes',
    {
      extra: [{ tag: 0x00080005, vr: 'CS', value: '\\ISO 2022 IR 149 ' }, sequence(repeated(korean, 4 * mib))],
    },
  ],
]

const makePoison = (study: string): Fixture[] =>
  poison.map(([, o], n) => makeFixture({ study, number: 100 + n, transferSyntaxUid: deflated, ...o }))

const isReady = async () => (await fetch(`${archive.url}/health/ready`)).status === 200
const listJournal = async () => (await archive.vnaJson<JournalStatus[]>(['journal', 'list']))[0]!

describe('instances that cannot be described', () => {
  it(
    'are kept, committed and set aside alone: what came with them is found, and others come in',
    async () => {
      const study = 'veleno'
      const honest = [1, 2, 3].map((number) => makeFixture({ study, number }))
      const frames = makeFixture({ study, number: 4, pixelBytes: mib, extra: frame })
      const bad = makePoison(study)
      const files = [honest[0]!, ...bad, honest[1]!, frames, honest[2]!].map(({ file }) => file)
      // So many that they would be a backlog over the soft mark, did they stay.
      for (let round = 0; round < 3; round++) expect((await web.store(files)).httpStatus).toBe(200)
      await waitFor(async () => ((await listJournal()).sealedSegments === 0 ? true : undefined), {
        timeoutMs: 60_000,
        what: 'an empty journal',
      })
      const found = await web.search(`/studies/${honest[0]!.studyInstanceUid}/instances`)
      const uids = found.map((instance) => instance['00080018']?.Value?.[0])
      expect(uids.sort()).toEqual([...honest, frames].map(({ sopInstanceUid }) => sopInstanceUid).sort())
      const aside = await archive.vnaJson<Quarantined[]>(['quarantine', 'list', '--reason', 'undescribable'])
      const reasons = new Map(aside.map(({ sopInstanceUid, detail }) => [sopInstanceUid, detail]))
      expect(bad.map(({ sopInstanceUid }) => reasons.get(sopInstanceUid))).toEqual(poison.map(([problem]) => problem))
      const path = join(archive.home, 'veleno.dcm')
      const first = aside.find(({ sopInstanceUid }) => sopInstanceUid === bad[0]!.sopInstanceUid)!
      await archive.vnaJson(['quarantine', 'show', String(first.id), '--output', path])
      expect(archive.findPid('archiver')).toBe(archiverPid)
      expect(await isReady()).toBe(true)
      expect((await web.store([makeFixture({ study: 'dopo', number: 1 }).file])).httpStatus).toBe(200)
    },
    testTimeoutMs,
  )

  it(
    'are the same after a rebuild of all sidecars',
    async () => {
      const before = await archive.vnaJson<Quarantined[]>(['quarantine', 'list'])
      const startedAt = performance.now()
      await archive.vnaJson(['reindex', '--sidecars'])
      expect(performance.now() - startedAt).toBeLessThan(60_000)
      expect(await archive.vnaJson<Quarantined[]>(['quarantine', 'list'])).toEqual(before)
    },
    testTimeoutMs,
  )
})

describe('a segment that is no tar', () => {
  it(
    'is set aside, told and tried again on demand; until then the readiness tells that nobody comes in',
    async () => {
      const { folder } = await listJournal()
      const segmentId = `20260101T000000000-1-${randomBytes(4).toString('hex')}`
      archive.kill('archiver')
      writeFileSync(join(folder, 'sealed', `${segmentId}.tar`), Buffer.alloc(softBytes + mib, 7))
      await waitFor(async () => ((await isReady()) ? undefined : true), { what: 'not to be ready' })
      await waitFor(async () => ((await listJournal()).aside.length === 1 ? true : undefined), {
        timeoutMs: 60_000,
        what: 'the segment to be set aside',
      })
      expect((await listJournal()).aside).toMatchObject([{ segmentId, reason: 'malformed-segment' }])
      await waitFor(async () => ((await isReady()) ? true : undefined), { what: 'to be ready' })
      expect((await web.store([makeFixture({ study: 'dopo', number: 2 }).file])).httpStatus).toBe(200)
      const { stdout } = await archive.vna(['status'])
      expect(stdout).toContain('1 segment that cannot be read is set aside')
      const retried = await archive.vnaJson<{ returned: string[] }>(['journal', 'retry', segmentId])
      expect(retried.returned).toEqual([segmentId])
      await waitFor(async () => ((await listJournal()).aside.length === 1 ? true : undefined), {
        timeoutMs: 60_000,
        what: 'the segment to be set aside again',
      })
    },
    testTimeoutMs,
  )
})
