import { writeFileSync } from 'node:fs'
import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caCert, serverCert, serverKey } from '../../packages/dicom-net/src/testing/certificates.ts'
import { phantomStudy } from '../../packages/phantom/src/index.ts'
import { makeImage } from './support-data-sets.ts'
import { QueryFixture } from './support-query.ts'

const startTimeoutMs = 60_000
const asStored = 'multipart/related; type="application/dicom"; transfer-syntax=*'
const maxPerClient = 2

let archive: QueryFixture
let token: string
/** Larger than what sockets and blocks can hold, so that an answer nobody reads cannot end. */
const big = phantomStudy({ seed: 'clients', kind: 'ct', instances: 60, rows: 512, columns: 512 })

beforeAll(async () => {
  archive = await QueryFixture.start({ VNA_MAX_READ_REQUESTS_PER_CLIENT: String(maxPerClient) })
  await archive.archive([...big.instances].map((instance) => ({ ...instance, part10: instance.part10Bytes() })))
  token = await archive.token({ role: 'fse', purpose: 'TREATMENT' })
}, startTimeoutMs)
afterAll(() => archive.stop())

/** Asks for the big study and reads nothing of the answer's body. */
async function ask(): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { authorization: `Bearer ${token}`, accept: asStored }
  getHttp(`${archive.dicomweb}/studies/${big.studyInstanceUid}`, { headers, agent: false }, resolve).on('error', reject)
  return promise
}

const outcomes = async () =>
  (await archive.catalog.transmissions.list({ limit: 100 })).map(({ outcome, reason }) => ({ outcome, reason }))

describe('clients', () => {
  it('that go away end their answer, and it is known', async () => {
    const answer = await ask()
    answer.destroy()
    await expect.poll(outcomes, { timeout: 10_000 }).toContainEqual({ outcome: 'broken', reason: 'client-gone' })
    expect((await archive.fetch(`/studies/${big.studyInstanceUid}/metadata`, { token })).status).toBe(200)
  })

  it('that ask for much at once wait, and do not keep others from asking', async () => {
    const slow = [await ask(), await ask()]
    expect(slow.map((answer) => answer.statusCode)).toEqual([200, 200])
    const refused = await archive.fetch('/studies', { token })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('2')
    expect(await refused.json()).toMatchObject({ type: 'urn:vna:problem:too-many-requests' })
    // More tokens of the same caller give it no more places; another caller has its own.
    expect((await archive.fetch('/studies')).status).toBe(429)
    const other = await archive.token({ role: 'fse', purpose: 'TREATMENT', subject: 'other' })
    expect((await archive.fetch('/studies', { token: other })).status).toBe(200)
    for (const answer of slow) answer.destroy()
    await expect.poll(async () => (await archive.fetch('/studies', { token })).status, { timeout: 10_000 }).toBe(200)
  })

  it('that send half a request are cut off when nothing comes any more', async () => {
    await archive.stopService()
    await archive.startService({ VNA_HTTP_IDLE_TIMEOUT_MS: '500' })
    const closed = Promise.withResolvers<void>()
    const socket = connect(Number(new URL(archive.url).port), '127.0.0.1')
    socket.on('close', () => closed.resolve())
    socket.resume()
    socket.write(
      `POST /dicomweb/studies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\nhalf`,
    )
    await closed.promise
  })

  it('are told the head of a problem even when they wait for a go-ahead', async () => {
    const answered = Promise.withResolvers<string>()
    const socket = connect(Number(new URL(archive.url).port), '127.0.0.1')
    socket.setEncoding('latin1').once('data', (text) => answered.resolve(String(text)))
    socket.write(
      'POST /dicomweb/studies HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n',
    )
    expect(await answered.promise).toMatch(/^HTTP\/1\.1 401 /)
    socket.destroy()
  })
})

describe('TLS', () => {
  it('serves with the certificate given, and says https in its URLs', async () => {
    const [key, cert] = [join(archive.home, 'key.pem'), join(archive.home, 'cert.pem')]
    writeFileSync(key, serverKey)
    writeFileSync(cert, serverCert)
    await archive.archive([makeImage({ syntax: 'explicit', study: '1.8.1', series: '1.8.1.1', sop: '1.8.1.1.1' })])
    await archive.stopService()
    await archive.startService({ VNA_BIND: '0.0.0.0', VNA_TLS_CERT: cert, VNA_TLS_KEY: key })
    expect(archive.url).toMatch(/^https:/)
    const url = `${archive.dicomweb}/studies?StudyInstanceUID=1.8.1`
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const headers = { authorization: `Bearer ${token}` }
    getHttps(url, { headers, ca: caCert }, async (message) => {
      const chunks: Buffer[] = []
      for await (const chunk of message) chunks.push(chunk as Buffer)
      resolve(Buffer.concat(chunks).toString())
    }).on('error', reject)
    expect(await promise).toContain('"https://127.0.0.1:')
  })

  it('is demanded where others can reach the port', async () => {
    await archive.stopService()
    await expect(archive.startService({ VNA_BIND: '0.0.0.0' })).rejects.toMatchObject({ code: 'insecure-bind' })
    await archive.startService({ VNA_BIND: '0.0.0.0', VNA_INSECURE: '1' })
  })
})
