import { request } from 'node:http'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inventedCda } from '../../packages/fse/src/reports/testing/invented-cda.ts'
import { inventedPdf, pdfWith } from '../../packages/fse/src/reports/testing/invented-pdf.ts'
import { intakeLimits } from '../../services/linker/src/intake/intake-limits.ts'
import { ReportParser } from '../../services/linker/src/intake/report-parser.ts'
import { LinkerFixture } from './support-linker.ts'

const miB = 1024 * 1024
/** What the process may grow by while it refuses any of these; the thread's own heap included. */
const maxGrowthBytes = 500 * miB

let fixture: LinkerFixture
let token = ''

beforeAll(async () => {
  fixture = await LinkerFixture.start()
  token = await fixture.token({ role: 'entity', entityCode: 'ASST-A' })
}, 60_000)
afterAll(() => fixture.stop())

interface Answer {
  readonly status: number
  readonly problem: { readonly reason?: string; readonly detail?: string; readonly type?: string }
  readonly growthBytes: number
}

/** Sends a body in parts, as long as it is wanted, and watches the memory of the service, which is this process. */
async function send(o: { type: string; length?: number; body: () => Iterable<Uint8Array> }): Promise<Answer> {
  const before = process.memoryUsage().rss
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 20)
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': o.type,
    ...(o.length === undefined ? {} : { 'content-length': o.length }),
  }
  const outgoing = request(`${fixture.url}/reports`, { method: 'POST', headers })
  const answered = Promise.withResolvers<{ status: number; text: string }>()
  outgoing.on('response', (response) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('end', () => {
      answered.resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() })
    })
  })
  let isOver = false
  outgoing.on('error', () => undefined)
  outgoing.on('close', () => {
    isOver = true
  })
  void answered.promise.then(() => {
    isOver = true
  })
  for (const part of o.body()) {
    if (isOver) break
    await new Promise((resolve) => outgoing.write(part, resolve))
  }
  outgoing.end()
  const { status, text } = await answered.promise
  clearInterval(watch)
  outgoing.destroy()
  return { status, problem: JSON.parse(text) as Answer['problem'], growthBytes: peak - before }
}

const whole = (type: string, text: string | Uint8Array) => {
  const bytes = Buffer.from(text as string)
  return { type, length: bytes.length, body: () => [bytes] }
}

function* zeros(bytes: number): Iterable<Uint8Array> {
  const part = Buffer.alloc(miB, 0x20)
  for (let sent = 0; sent < bytes; sent += part.length) yield part
}

const xxe = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">${'bcdefghij'
  .split('')
  .map((name, n) => `<!ENTITY ${name} "${`&${'abcdefghi'[n]};`.repeat(10)}">`)
  .join('')}]>`
const brokenUtf8 = Buffer.concat([Buffer.from(inventedCda()).subarray(0, 300), Buffer.from([0xc3, 0x28, 0xff])])
const bomb = { dictionary: '/Type /EmbeddedFile /Filter /FlateDecode', bytes: deflateSync(Buffer.alloc(300 * miB)) }
const twiceBomb = {
  dictionary: '/Type /EmbeddedFile /Filter [/FlateDecode /FlateDecode]',
  bytes: deflateSync(deflateSync(Buffer.alloc(300 * miB))),
}
const deep = `<a xmlns="urn:hl7-org:v3">${'<a>'.repeat(100_000)}`

describe('a hostile document', () => {
  it.each([
    ['an external entity', whole('text/xml', inventedCda({ prolog: xxe })), 400, 'doctype-forbidden'],
    ['a billion laughs', whole('text/xml', inventedCda({ prolog: laughs, text: '&j;' })), 400, 'doctype-forbidden'],
    ['broken UTF-8', whole('text/xml', brokenUtf8), 400, 'malformed-encoding'],
    ['XML of great depth', whole('text/xml', deep), 400, 'too-deep'],
    [
      'a PDF whose file inflates without end',
      whole('application/pdf', inventedPdf(pdfWith(Buffer.from('x'), new Map([[4, bomb]])))),
      400,
      'inflate-limit',
    ],
    [
      'a PDF whose file inflates twice',
      whole('application/pdf', inventedPdf(pdfWith(Buffer.from('x'), new Map([[4, twiceBomb]])))),
      400,
      'inflate-limit',
    ],
    ['a PDF without a document', whole('application/pdf', '%PDF-1.7\nnothing'), 400, 'malformed-pdf'],
    ['JSON of great depth', whole('application/fhir+json', '['.repeat(2_000_000)), 400, 'too-deep'],
    ['an HL7 message of delimiters', whole('application/hl7-v2', `MSH|^~\\&|${'~'.repeat(5_000_000)}`), 400, undefined],
    ['nothing', whole('text/xml', ''), 400, 'empty'],
    ['a picture', whole('image/png', 'PNG'), 415, undefined],
    ['a gigabyte, announced', { type: 'text/xml', length: 1024 * miB, body: () => zeros(1024 * miB) }, 413, undefined],
    ['a gigabyte, as it comes', { type: 'text/xml', body: () => zeros(1024 * miB) }, 413, undefined],
    [
      'as much text as is allowed',
      { type: 'text/xml', body: () => zeros(intakeLimits.maxReportBytes) },
      413,
      'too-large',
    ],
  ])(
    'with %s is refused',
    async (_name, sent, status, reason) => {
      const answer = await send(sent)
      expect(answer.status, JSON.stringify(answer.problem)).toBe(status)
      if (reason !== undefined) expect(answer.problem.reason).toBe(reason)
      expect(answer.growthBytes).toBeLessThan(maxGrowthBytes)
      expect(JSON.stringify(answer.problem)).not.toMatch(/root:|bianchi|BNCNNA/i)
    },
    60_000,
  )

  it('leaves nothing behind, and the next report is taken', async () => {
    const { database, transmissions } = fixture.catalog
    expect(await database.sql`select id from reports`).toEqual([])
    const answer = await send(whole('text/xml', inventedCda()))
    expect(answer.status).toBe(201)
    const reasons = async () =>
      (await transmissions.list({ limit: 100 })).flatMap(({ protocol, reason }) =>
        protocol === 'reports' ? [reason] : [],
      )
    await expect.poll(reasons, { timeout: 5_000 }).toContain('doctype-forbidden')
  })

  it('does not stop others meanwhile', async () => {
    let refused = 0
    const hostile = Array.from({ length: 4 }, async () => {
      const answer = await send(whole('application/fhir+json', `[${'{"a":1},'.repeat(3_000_000)}`))
      refused++
      return answer
    })
    const health = await fixture.fetch('/reports?limit=1')
    expect(health.status).toBe(200)
    // By order and not by time: whoever comes later does not wait for them.
    expect(refused).toBeLessThan(hostile.length)
    for (const { status } of await Promise.all(hostile)) expect([400, 413]).toContain(status)
  }, 60_000)
})

describe('a thread', () => {
  it('that takes too long ends, its document is refused, and another takes its place', async () => {
    const parser = new ReportParser({ parserThreads: 1, parseTimeoutMs: 1 })
    const bytes = () => new Uint8Array(Buffer.from(`[${'{"a":1},'.repeat(200_000)}`))
    const order = () => ({ bytes: bytes(), contentType: 'application/fhir+json', domains: {} })
    await expect(parser.parse('A', order())).rejects.toMatchObject({ extensions: { reason: 'too-complex' } })
    await expect(parser.parse('A', order())).rejects.toMatchObject({ extensions: { reason: 'too-complex' } })
    await parser.close()
    await expect(parser.parse('A', order())).rejects.toMatchObject({ code: 'unavailable' })
  })
})
