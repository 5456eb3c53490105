import { createServer, type IncomingMessage, request as requestHttp, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeRunRecord } from '../../packages/runtime/src/index.ts'
import { makeImage } from './support-data-sets.ts'
import { QueryFixture } from './support-query.ts'

const startTimeoutMs = 60_000

let archive: QueryFixture
/** Stands for another service of the installation; what it answers is the test's. */
let upstream: Server
let handle: (request: IncomingMessage, response: ServerResponse) => void
const own = makeImage({
  syntax: 'explicit',
  study: '1.9.1',
  series: '1.9.1.1',
  sop: '1.9.1.1.1',
  patientId: 'RSSNNA80A41F205X',
})
const foreign = makeImage({ syntax: 'explicit', study: '1.9.2', series: '1.9.2.1', sop: '1.9.2.1.1' })

beforeAll(async () => {
  archive = await QueryFixture.start()
  await archive.archive([own], 'ASST-A')
  await archive.archive([foreign], 'ASST-B')
  upstream = createServer((request, response) => handle(request, response))
  upstream.on('checkContinue', (request, response) => handle(request, response))
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
}, startTimeoutMs)
afterAll(async () => {
  upstream.closeAllConnections()
  upstream.close()
  await archive.stop()
})
beforeEach(() => {
  register(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`)
})

function register(http: string): void {
  writeRunRecord(archive.home, 'gateway', { pid: process.pid, http, startedAt: new Date().toISOString() })
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A POST to the store resource, piece by piece, with what the server said on the way. */
async function post(o: { token: string; pieces: readonly Buffer[]; headers?: Record<string, string>; path?: string }) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Buffer; sawContinue: boolean }>()
  let sawContinue = false
  const headers = { authorization: `Bearer ${o.token}`, 'content-type': 'application/dicom', ...o.headers }
  const request = requestHttp(`${archive.dicomweb}${o.path ?? '/studies'}`, { method: 'POST', headers })
  const send = () => {
    for (const piece of o.pieces) request.write(piece)
    request.end()
  }
  request.on('continue', () => {
    sawContinue = true
    send()
  })
  request.on('response', async (message) => {
    resolve({ status: message.statusCode ?? 0, body: await readAll(message), sawContinue })
  })
  request.on('error', reject)
  if (o.headers?.expect === undefined) send()
  else request.flushHeaders()
  return promise
}

describe('without a valid token', () => {
  it.each([
    '/dicomweb/studies',
    '/dicomweb/studies/1.9.1',
    '/metrics',
    '/metrics/targets',
    '/fhir/metadata',
    '/reports',
    '/none',
  ])('%s answers 401 as a problem', async (path) => {
    for (const authorization of ['', 'Bearer nonsense', 'Basic YTpi']) {
      const response = await fetch(`${archive.url}${path}`, { headers: authorization === '' ? {} : { authorization } })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(await response.json()).toMatchObject({ type: 'urn:vna:problem:unauthorized' })
    }
  })

  it('health answers, naming what is not there', async () => {
    expect((await fetch(`${archive.url}/health/live`)).status).toBe(200)
    const ready = await fetch(`${archive.url}/health/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({
      ready: false,
      services: { archiver: { ready: false, reason: 'not running' } },
    })
  })
})

describe('access', () => {
  const statusOf = async (path: string, token: string) => (await archive.fetch(path, { token })).status

  it('an entity sees its own; what is of others is as absent', async () => {
    const token = await archive.token({ role: 'entity', entityCode: 'ASST-A' })
    expect(await statusOf('/studies/1.9.1', token)).toBe(200)
    const absent = await archive.fetch('/studies/1.9.9/metadata', { token })
    const hidden = await archive.fetch('/studies/1.9.2/metadata', { token })
    expect([absent.status, hidden.status]).toEqual([404, 404])
    expect(await hidden.text()).toBe(await absent.text())
    expect(await (await archive.fetch('/studies', { token })).json()).toHaveLength(1)
  })

  it('a denial is 403; it and every read are in the audit trail', async () => {
    const citizen = await archive.token({ role: 'citizen', patient: 'RSSNNA80A41F205X' })
    const operator = await archive.token({ role: 'operator' })
    expect(await statusOf('/studies', citizen)).toBe(403)
    expect(await statusOf('/studies/1.9.1', operator)).toBe(403)
    await archive.fetch('/studies/1.9.1/metadata')
    const trail = await archive.catalog.catalog.listAudit(0, 1000)
    const entries = trail.map(({ role, action, outcome, object }) => ({ role, action, outcome, object }))
    expect(entries).toContainEqual(expect.objectContaining({ role: 'citizen', action: 'search', outcome: 'denied' }))
    expect(entries).toContainEqual(expect.objectContaining({ role: 'operator', action: 'retrieve', outcome: 'denied' }))
    expect(entries).toContainEqual({
      role: 'fse',
      action: 'retrieve',
      outcome: 'allowed',
      object: expect.objectContaining({ kind: 'metadata', studyInstanceUid: '1.9.1', instances: 1 }),
    })
    expect(entries).toContainEqual(expect.objectContaining({ action: 'sign-in', outcome: 'denied' }))
    expect(await archive.catalog.catalog.verifyAudit()).toMatchObject({ kind: 'intact' })
  })

  it('retrievals are transmissions', async () => {
    await (await archive.fetch('/studies/1.9.1')).arrayBuffer()
    await expect
      .poll(async () => (await archive.catalog.transmissions.list({ limit: 100 })).length, { timeout: 5_000 })
      .toBeGreaterThan(0)
    const rows = await archive.catalog.transmissions.list({ limit: 100 })
    expect(rows).toContainEqual(
      expect.objectContaining({ direction: 'out', protocol: 'dicomweb', outcome: 'complete', instances: 1 }),
    )
  })

  it('metrics are for operators', async () => {
    const fse = await archive.token({ role: 'fse', purpose: 'TREATMENT' })
    const operator = await archive.token({ role: 'operator' })
    expect(await statusOf(`${archive.url}/metrics`, fse)).toBe(403)
    const metrics = await archive.fetch(`${archive.url}/metrics`, { token: operator })
    expect(metrics.status).toBe(200)
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await statusOf(`${archive.url}/metrics/targets`, operator)).toBe(200)
    const trail = await archive.catalog.catalog.listAudit(0, 1000)
    expect(trail).toContainEqual(expect.objectContaining({ role: 'fse', action: 'operate', outcome: 'denied' }))
  })
})

describe('stores', () => {
  it('pass to the gateway with path, token and body, and back', async () => {
    const seen: { url?: string; headers?: IncomingMessage['headers']; body?: Buffer } = {}
    handle = async (request, response) => {
      seen.url = request.url ?? ''
      seen.headers = request.headers
      seen.body = await readAll(request)
      response.writeHead(202, { 'content-type': 'application/dicom+json' })
      response.end('{"stored":1}')
    }
    const token = await archive.token({ role: 'entity', entityCode: 'ASST-A' })
    const pieces = Array.from({ length: 50 }, (_, index) => Buffer.alloc(100_000, index))
    const answer = await post({ token, pieces, path: '/studies/1.2.3' })
    expect(answer).toMatchObject({ status: 202, body: Buffer.from('{"stored":1}') })
    expect(seen.url).toBe('/dicomweb/studies/1.2.3')
    expect(seen.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'x-forwarded-host': new URL(archive.url).host,
    })
    expect(seen.body!.equals(Buffer.concat(pieces))).toBe(true)
  })

  it('wait for the gateway to ask for the body', async () => {
    const token = await archive.token({ role: 'entity', entityCode: 'ASST-A' })
    const headers = { expect: '100-continue' }
    handle = async (request, response) => {
      response.writeContinue()
      response.end((await readAll(request)).toString())
    }
    expect(await post({ token, pieces: [Buffer.from('body')], headers })).toEqual({
      status: 200,
      body: Buffer.from('body'),
      sawContinue: true,
    })
    handle = (_request, response) => response.writeHead(503, { 'retry-after': '5' }).end()
    const refused = await post({ token, pieces: [Buffer.from('body')], headers })
    expect(refused).toMatchObject({ status: 503, sawContinue: false })
  })

  it('an early answer reaches a sender that still sends', async () => {
    handle = (_request, response) => response.writeHead(415, { 'content-type': 'text/plain' }).end('no')
    const token = await archive.token({ role: 'entity', entityCode: 'ASST-A' })
    const pieces = Array.from({ length: 40 }, () => Buffer.alloc(256 * 1024))
    expect(await post({ token, pieces })).toMatchObject({ status: 415, body: Buffer.from('no') })
    expect(await post({ token: 'nonsense', pieces })).toMatchObject({ status: 401 })
  })

  it('503 while the gateway is down, and none when it is back at another address', async () => {
    const token = await archive.token({ role: 'entity', entityCode: 'ASST-A' })
    register('http://127.0.0.1:1')
    await new Promise((resolve) => setTimeout(resolve, 300))
    const down = await archive.fetch('/studies', { token, method: 'POST' })
    expect(down.status).toBe(503)
    expect(down.headers.get('retry-after')).toBe('5')
    expect(await down.json()).toMatchObject({ type: 'urn:vna:problem:unavailable' })
    handle = (_request, response) => response.end('ok')
    register(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`)
    expect((await archive.fetch('/studies', { token, method: 'POST' })).status).toBe(200)
  })

  it('the gateway sees that its sender went away', async () => {
    const arrived = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    handle = (request) => {
      arrived.resolve()
      request.on('error', () => gone.resolve())
      request.resume()
    }
    const token = await archive.token({ role: 'entity', entityCode: 'ASST-A' })
    const headers = { authorization: `Bearer ${token}`, 'content-length': '1000000' }
    const request = requestHttp(`${archive.dicomweb}/studies`, { method: 'POST', headers })
    request.on('error', () => {})
    request.write(Buffer.alloc(1000))
    await arrived.promise
    request.destroy()
    await gone.promise
  })
})

describe('the other services', () => {
  it('are asked for their health and metrics', async () => {
    const ops = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
    const record = { pid: process.pid, ops, startedAt: new Date().toISOString() }
    const services = ['gateway', 'archiver', 'linker', 'query']
    for (const service of services) writeRunRecord(archive.home, service, record)
    let isReady = false
    handle = (request, response) => {
      if (request.url === '/metrics') response.end('# HELP vna_x X\n# TYPE vna_x gauge\nvna_x 1\n')
      else response.writeHead(isReady ? 200 : 503).end('{"ready":false,"checks":{"journal":{"ok":false}}}')
    }
    const ready = async () => (await fetch(`${archive.url}/health/ready`)).status
    expect(await ready()).toBe(503)
    isReady = true
    // Asked anew once a second.
    await expect.poll(ready, { timeout: 5_000 }).toBe(200)
    const token = await archive.token({ role: 'operator' })
    const metrics = await (await archive.fetch(`${archive.url}/metrics`, { token })).text()
    expect(metrics).toBe(`# HELP vna_x X\n# TYPE vna_x gauge\n${'vna_x 1\n'.repeat(services.length)}`)
    const targets = await (await archive.fetch(`${archive.url}/metrics/targets`, { token })).json()
    expect(targets).toContainEqual({ targets: [new URL(ops).host], labels: { service: 'archiver' } })
  })
})

describe('bad requests', () => {
  it.each([
    ['DELETE', '/dicomweb/studies/1.9.1', 405, 'method-not-allowed'],
    ['POST', '/health/live', 405, 'method-not-allowed'],
    ['GET', `/dicomweb/studies?PatientID=${'a'.repeat(20_000)}`, 414, 'uri-too-long'],
    ['GET', '/none', 404, 'not-found'],
    ['GET', '/fhir/metadata', 404, 'not-found'],
  ])('%s %s', async (method, path, status, kind) => {
    const response = await archive.fetch(`${archive.url}${path}`, { method })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ type: `urn:vna:problem:${kind}` })
  })

  it.each(['//HOST/fhir/metadata', '/\\\\HOST/fhir/metadata', '//user@HOST/dicomweb/studies', '/.//HOST/reports'])(
    'never call the host that %s names',
    async (target) => {
      const stranger = createServer((request, response) => {
        called.push(request.headers.authorization ?? '')
        response.end()
      })
      const called: string[] = []
      await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
      const host = `127.0.0.1:${(stranger.address() as AddressInfo).port}`
      const token = await archive.token({ role: 'operator' })
      for (const path of [target, target.replace('fhir/metadata', 'dicomweb/studies')]) {
        for (const method of ['GET', 'POST']) {
          const request = `${method} ${path.replace('HOST', host)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`
          expect(await statusOfRaw(Buffer.from(`${request}Connection: close\r\nContent-Length: 0\r\n\r\n`))).toBe(400)
        }
      }
      expect(called).toEqual([])
      stranger.close()
    },
  )

  it.each([
    ['no HTTP', 'NONSENSE\r\n\r\n', 400],
    ['headers without an end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(8 * 1024 ** 2)}\r\n\r\n`, 431],
  ])('%s: the answer reaches a sender that is still sending', async (_name, text, status) => {
    const statuses = await Promise.all(Array.from({ length: 30 }, () => statusOfRaw(Buffer.from(text))))
    expect(new Set(statuses)).toEqual(new Set([status]))
  })
})

/** The status that a peer reads which goes on sending for a while and only then listens; 0 when the connection broke. */
async function statusOfRaw(bytes: Buffer): Promise<number> {
  const { hostname, port } = new URL(archive.url)
  const socket = connect({ host: hostname, port: Number(port) })
  const { promise, resolve } = Promise.withResolvers<void>()
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
  })
  socket.on('error', () => {}).on('close', () => resolve())
  socket.pause()
  const part = Math.ceil(bytes.length / 8)
  for (let at = 0; at < bytes.length; at += part) {
    socket.write(bytes.subarray(at, at + part))
    await sleep(20)
  }
  socket.resume()
  await promise
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
}

describe('faults', () => {
  it('reads are refused while the audit trail cannot be written', async () => {
    await archive.catalog.database.sql.unsafe('alter table audit rename to audit_away')
    try {
      const response = await archive.fetch('/studies/1.9.1')
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ type: 'urn:vna:problem:unavailable' })
    } finally {
      await archive.catalog.database.sql.unsafe('alter table audit_away rename to audit')
    }
    expect((await archive.fetch('/studies/1.9.1')).status).toBe(200)
  })

  it('a lost sidecar is made again, a lost pack is told', async () => {
    const [instance] = await archive.catalog.catalog.locateInstances({ studyInstanceUid: '1.9.2' }, { kind: 'all' })
    const before = await (await archive.fetch('/studies/1.9.2/metadata')).text()
    await archive.stopService()
    await archive.store.delete(instance!.packKey.replace(/\.tar$/, '.sidecar.zst'))
    await archive.startService()
    const after = await (await archive.fetch('/studies/1.9.2/metadata')).text()
    expect(after.replaceAll(/127\.0\.0\.1:\d+/g, '')).toBe(before.replaceAll(/127\.0\.0\.1:\d+/g, ''))
    await archive.store.delete(instance!.packKey)
    expect((await archive.fetch('/studies/1.9.2')).status).toBe(503)
  })
})
