import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import type { DicomWeb } from './support/dicomweb.ts'
import { makeFixture } from './support/fixtures.ts'
import {
  absurdLength,
  deeplyNested,
  deflateBomb,
  type HostileObject,
  noise,
  pathInUid,
  secretName,
} from './support/hostile-input.ts'
import { compareStudies } from './support/identity.ts'
import { encodeMultipart, multipartDicom } from './support/multipart.ts'
import { peakMemoryBytes } from './support/processes.ts'
import { echo, openAssociation, RawConnection, storeRaw } from './support/raw-association.ts'
import { sendRawHttp, statusOf } from './support/raw-http.ts'
import { encodeAssociateRq, encodeCStoreRq, encodePData, encodePdu } from './support/raw-pdu.ts'

const entity = 'ASST-OSTILE'
const titles = { callingAeTitle: 'OSTILE', calledAeTitle: 'VNA' }
const slowSenderCount = 20
const slowByteEveryMs = 1_000
/** How long a connection may take to ask for an association; 30 s by default. */
const artimTimeoutMs = 5_000
const noiseMessages = 60
const noiseBytes = 4_096
const gatewayCeilingBytes = 300 * 1024 ** 2
const pduAbort = 0x07
const testTimeoutMs = 60_000

let archive: Archive
let web: DicomWeb
let slowSenders: readonly RawConnection[]
let drip: NodeJS.Timeout
let gatewayPidAtStart: number | undefined

beforeAll(async () => {
  archive = await Archive.start({ env: { VNA_DIMSE_ARTIM_TIMEOUT_MS: String(artimTimeoutMs) } })
  await archive.addEntity({ code: entity, aeTitles: [titles.callingAeTitle] })
  web = await archive.dicomWeb('entity', { entity: entity })
  slowSenders = await startSlowSenders()
  gatewayPidAtStart = archive.findPid('gateway')
}, testTimeoutMs)

afterAll(async () => {
  clearInterval(drip)
  for (const sender of slowSenders) sender.destroy()
  await archive.dispose()
})

/** Connections that send an association request a byte a second, while everything else goes on. */
async function startSlowSenders(): Promise<readonly RawConnection[]> {
  const request = encodeAssociateRq({ ...titles, contexts: [] })
  const senders = await Promise.all(
    Array.from({ length: slowSenderCount }, () => RawConnection.open(archive.ports.dimse)),
  )
  let offset = 0
  drip = setInterval(() => {
    for (const sender of senders) void sender.write(request.subarray(offset, offset + 1))
    offset += 1
  }, slowByteEveryMs)
  return senders
}

function associate(object: HostileObject) {
  const { sopClassUid: abstractSyntaxUid, transferSyntaxUid } = object
  const contexts = [{ id: 1, abstractSyntaxUid, transferSyntaxUid }]
  return openAssociation(archive.ports.dimse, { ...titles, contexts })
}

/** Others are unaffected: the listener answers, and an honest instance is stored and comes back. */
async function expectOthersUnaffected(name: string): Promise<void> {
  expect(await echo(archive.ports.dimse, titles)).toBe(0)
  const honest = makeFixture({ study: `honest ${name}`, number: 1 })
  expect((await web.store([honest.file])).httpStatus).toBe(200)
  expect(await compareStudies(web, [{ ...honest, name }])).toEqual([])
}

const refused: readonly (readonly [string, () => HostileObject])[] = [
  ['100,000 nested sequences', deeplyNested],
  ['a deflate bomb', deflateBomb],
  ['a path instead of a UID', pathInUid],
  ['a length of nearly 4 GiB', absurdLength],
]

describe.each(refused)('%s', (name, make) => {
  it('is refused by C-STORE with a failure status and a comment', { timeout: testTimeoutMs }, async () => {
    const object = make()
    const association = await associate(object)
    const outcome = await storeRaw(association, { contextId: 1, ...object })
    association.connection.destroy()
    expect(outcome).toMatchObject({ kind: 'answered', answer: { errorComment: expect.stringMatching(/\w/) } })
    if (outcome.kind === 'answered') expect(isFailure(outcome.answer.status)).toBe(true)
    await expectOthersUnaffected(`C-STORE ${name}`)
  })

  it('is refused by STOW-RS with a failure reason', { timeout: testTimeoutMs }, async () => {
    const answer = await web.store([make().file])
    expect(answer.httpStatus).toBe(409)
    expect(answer.storedUids).toEqual([])
    expect(answer.failures.map((failure) => isFailure(failure.reason))).toEqual([true])
    await expectOthersUnaffected(`STOW ${name}`)
  })
})

/** Failure statuses of C-STORE (PS3.4 B.2.3, PS3.7 annex C): A7xx, A9xx, Cxxx and the 01xx ones. */
const isFailure = (status: number): boolean => [0xa, 0xc].includes(status >> 12) || status >> 8 === 0x01

describe('the DIMSE port', () => {
  it('aborts or closes for a first PDU of 4 GiB', { timeout: testTimeoutMs }, async () => {
    const connection = await RawConnection.open(archive.ports.dimse)
    await connection.write(encodePdu(0x01, noise(1, 64), 0xffffffff))
    const answer = await connection.readPdu()
    expect([pduAbort, undefined]).toContain(answer?.type)
    connection.destroy()
    await expectOthersUnaffected('first PDU')
  })

  it('aborts for a P-DATA-TF of 4 GiB inside a data set', { timeout: testTimeoutMs }, async () => {
    const object = makeFixture({ study: 'hostile P-DATA', number: 1, patientName: secretName })
    const { connection } = await associate(object)
    const command = encodeCStoreRq(1, object.sopClassUid, object.sopInstanceUid)
    await connection.write(encodePData(1, command, { isCommand: true, isLast: true }))
    await connection.write(encodePdu(0x04, object.dataSet.subarray(0, 64), 0xfffffff0))
    const pdu = await connection.readPdu()
    expect(pdu?.type).toBe(pduAbort)
    connection.destroy()
    await expectOthersUnaffected('P-DATA')
  })

  it('survives noise, before and inside an association', { timeout: testTimeoutMs }, async () => {
    const object = makeFixture({ study: 'hostile noise', number: 1, patientName: secretName })
    for (let seed = 1; seed <= noiseMessages; seed += 1) {
      const isInside = seed % 2 === 0
      const connection = isInside ? (await associate(object)).connection : await RawConnection.open(archive.ports.dimse)
      const prefix = isInside
        ? encodePData(1, encodeCStoreRq(1, object.sopClassUid, '1.2.3'), { isCommand: true, isLast: true })
        : Buffer.alloc(0)
      await connection.write(Buffer.concat([prefix, noise(seed, noiseBytes)]))
      connection.destroy()
    }
    await expectOthersUnaffected('DIMSE noise')
  })
})

describe('the HTTP port', () => {
  const authorization = async () => `Authorization: Bearer ${await archive.token('entity', { entity: entity })}`

  it('survives noise', { timeout: testTimeoutMs }, async () => {
    for (let seed = 1; seed <= noiseMessages; seed += 1) {
      const answer = await sendRawHttp(archive.ports.http, noise(seed + 1000, noiseBytes), { end: true })
      expect([0, 400]).toContain(statusOf(answer))
    }
    await expectOthersUnaffected('HTTP noise')
  })

  it('refuses headers of a megabyte with 431', { timeout: testTimeoutMs }, async () => {
    const request = `GET /dicomweb/studies HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(1024 ** 2)}\r\n\r\n`
    expect(statusOf(await sendRawHttp(archive.ports.http, request))).toBe(431)
    await expectOthersUnaffected('headers')
  })

  it('refuses a multipart body without its end, by a stable type', { timeout: testTimeoutMs }, async () => {
    const body = encodeMultipart([makeFixture({ study: 'cut', number: 1, patientName: secretName }).file]).subarray(
      0,
      -40,
    )
    const headers = { 'content-type': multipartDicom }
    const response = await web.fetch('/studies', { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(((await response.json()) as { type: string }).type).toMatch(/multipart-truncated$/)
    await expectOthersUnaffected('multipart')
  })

  it('drops a request whose sender goes away in the middle of an instance', { timeout: testTimeoutMs }, async () => {
    const fixture = makeFixture({ study: 'gone', number: 1, pixelBytes: 500_000, patientName: secretName })
    const body = encodeMultipart([fixture.file])
    const head = `POST /dicomweb/studies HTTP/1.1\r\nHost: x\r\n${await authorization()}\r\nContent-Type: ${multipartDicom}\r\nContent-Length: ${body.length}\r\n\r\n`
    const half = body.subarray(0, body.length / 2)
    expect(
      statusOf(await sendRawHttp(archive.ports.http, Buffer.concat([Buffer.from(head), half]), { end: true })),
    ).not.toBe(200)
    expect((await web.fetch(`/studies/${fixture.studyInstanceUid}`)).status).toBe(404)
    await expectOthersUnaffected('gone')
  })

  it('refuses a path as UID in the URL', { timeout: testTimeoutMs }, async () => {
    for (const uid of ['..%2F..%2Fetc%2Fpasswd', '1.2.3%00', "1'%20OR%20'1'='1", '1.2.a']) {
      const response = await web.fetch(`/studies/${uid}/metadata`)
      expect([400, 404]).toContain(response.status)
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    }
  })
})

describe('after all of this', () => {
  it('slow senders are cut off', { timeout: testTimeoutMs }, async () => {
    await Promise.all(slowSenders.map((sender) => sender.readToEnd(2 * artimTimeoutMs)))
    expect(slowSenders.map((sender) => sender.isClosed)).toEqual(slowSenders.map(() => true))
  })

  it('the gateway is the same process, within its memory', () => {
    expect(archive.findPid('gateway')).toBe(gatewayPidAtStart)
    expect(peakMemoryBytes(gatewayPidAtStart!)).toBeLessThan(gatewayCeilingBytes)
  })

  it('no patient name was logged', () => {
    const logs = archive.readLogs().toLowerCase()
    expect(logs).toContain('gateway')
    expect(logs).not.toContain('segretissimo')
    expect(logs).not.toContain('zenobio')
  })
})
