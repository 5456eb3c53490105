import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FseError } from '../model/fse-error.ts'
import { reportLimits } from './limits.ts'
import { parseReport } from './parse-report.ts'
import { anna, inventedCda } from './testing/invented-cda.ts'
import { inventedPdf, pdfWith } from './testing/invented-pdf.ts'

const miB = 1024 * 1024
const xml = 'text/xml'
const parseXml = (text: string | Uint8Array) => () => parseReport(Buffer.from(text), xml)
const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`

/** Bytes that the process holds more while it refuses, memory outside the heap included. */
function growthOf(run: () => unknown): number {
  const before = process.memoryUsage()
  expect(run).toThrow(FseError)
  const after = process.memoryUsage()
  return after.heapUsed + after.external - before.heapUsed - before.external
}

describe('hostile reports', () => {
  it('refuses document types: external entities and a billion laughs', () => {
    const xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    const laughs = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i} "${'&a;'.repeat(10)}">`).join('')}]>`
    for (const prolog of [xxe, laughs]) expect(parseXml(inventedCda({ prolog }))).toThrow('doctype-forbidden')
    expect(parseXml(inventedCda({ text: '&e;' }))).toThrow('malformed-xml')
  })

  it('refuses depth, count and length before building anything', () => {
    expect(growthOf(parseXml('<a>'.repeat(1_000_000)))).toBeLessThan(64 * miB)
    expect(parseXml('<a>'.repeat(1_000_000))).toThrow('too-deep')
    expect(parseXml(`<a>${'<b/>'.repeat(300_000)}</a>`)).toThrow('too-many-nodes')
    const long = Buffer.alloc(100 * miB, 0x20)
    expect(growthOf(() => parseReport(long, xml))).toBeLessThan(miB)
    expect(() => parseReport(long, xml)).toThrow('too-large')
    expect(() => parseReport(long.subarray(0, reportLimits.maxXmlBytes + 1), xml)).toThrow('too-large')
  })

  it('keeps its memory when texts are long, and reads what stands beside them', () => {
    const text = 'x'.repeat(15 * miB)
    expect(growthOf(parseXml(inventedCda({ text, ids: '' })))).toBeLessThan(128 * miB)
    expect(parseReport(Buffer.from(inventedCda({ text })), xml)).toEqual(parseReport(Buffer.from(inventedCda()), xml))
  })

  it('refuses broken UTF-8 and encodings that nobody declares in earnest; reads Latin-1 and UTF-16', () => {
    expect(parseXml(Buffer.concat([Buffer.from(inventedCda()), Buffer.from([0xc3, 0x28])]))).toThrow(
      'malformed-encoding',
    )
    expect(parseXml(inventedCda({ prolog: declared('EBCDIC-CP-IT') }))).toThrow('unsupported-encoding')
    const orders = '<inFulfillmentOf><order><id root="1.2.3" extension="è"/></order></inFulfillmentOf>'
    const latin1 = Buffer.from(inventedCda({ prolog: declared('ISO-8859-1'), orders }), 'latin1')
    expect(parseReport(latin1, xml).accessions).toEqual([{ value: 'è', issuer: '1.2.3' }])
    const utf16 = Buffer.from(`\uFEFF${inventedCda({ prolog: declared('UTF-16'), orders })}`, 'utf16le')
    expect(parseReport(utf16, xml).accessions).toEqual([{ value: 'è', issuer: '1.2.3' }])
  })

  it.each([
    ['<a><b></a></b>'],
    ['<a b=c/>'],
    ['<a b="1" b="2"/>'],
    ['<a/><b/>'],
    ['<a>\0</a>'],
    ['<a'],
    ['text'],
    ['<a b="<"/>'],
    ['<x:a/>'],
    ['<!-- only a comment -->'],
  ])('refuses %s', (text) => {
    expect(parseXml(text)).toThrow('malformed-xml')
  })

  it('takes linear time for the texts that make parsers quadratic', () => {
    const start = performance.now()
    const texts = [
      `<a ${' '.repeat(2 * miB)}!`,
      `<a>${'<b>x</b>'.repeat(40_000)}</a>`,
      `<a b="${'&amp;'.repeat(100_000)}"/>`,
    ]
    for (const text of texts) expect(parseXml(text)).toThrow(FseError)
    expect(performance.now() - start).toBeLessThan(8_000)
  })

  it('refuses a deflate bomb in a PDF within the limit', () => {
    const bomb = { dictionary: '/Filter /FlateDecode', bytes: deflateSync(Buffer.alloc(64 * miB)) }
    const pdf = inventedPdf(pdfWith(Buffer.alloc(0), new Map([[4, bomb]])))
    expect(() => parseReport(pdf, 'application/pdf')).toThrow('inflate-limit')
    expect(growthOf(() => parseReport(pdf, 'application/pdf'))).toBeLessThan(3 * reportLimits.maxInflatedBytes)
  })

  it('refuses a segment of 10 MB, many segments, and fields of nothing but delimiters', () => {
    const head = 'MSH|^~\\&|A|B|C|D|2026||ORU^R01|M|P|2.5\r'
    const hl7 =
      (tail: string, limits = {}) =>
      () =>
        parseReport(Buffer.from(head + tail), 'text/hl7v2', limits)
    expect(hl7(`OBX|1|TX|${'x'.repeat(10_000_000)}`, { maxHl7SegmentBytes: miB })).toThrow('too-large in segment')
    expect(hl7('NTE|1\r'.repeat(10_000))).toThrow('too-many-nodes in segment')
    expect(growthOf(hl7(`PID|${'|'.repeat(10_000_000)}`))).toBeLessThan(64 * miB)
    expect(hl7(`PID|1||${'~'.repeat(10_000_000)}`)).toThrow('too-many-nodes in field')
  })

  it('only ever throws its own error, whatever is done to a report', () => {
    const whole = Buffer.from(inventedCda())
    const edit = fc.tuple(
      fc.nat(whole.length),
      fc.nat(60),
      fc.constantFrom('', '<', '>', '"', '&', '<a>', '</a>', '\xff'),
    )
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = edits.reduce<Buffer>((text, [at, length, put]) => {
          return Buffer.concat([text.subarray(0, at), Buffer.from(put, 'latin1'), text.subarray(at + length)])
        }, whole)
        try {
          parseReport(bytes, xml)
        } catch (error) {
          expect(error).toBeInstanceOf(FseError)
          expectNoPatient(error as FseError)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('says nothing of the patient in any refusal', () => {
    const secret = `${anna.fiscalCode} Bianchi Anna 19750201`
    const json = { resourceType: 'DiagnosticReport', identifier: [{ value: secret }], subject: { display: secret } }
    const samples: readonly (readonly [string, string])[] = [
      [`<${secret}`, xml],
      [`<a>${secret}</b>`, xml],
      [inventedCda({ text: `${secret}&Bianchi;` }), xml],
      [inventedCda({ patientIds: `<id extension="${secret}"/>` }), xml],
      [JSON.stringify(json), 'application/fhir+json'],
      [`{"a":"${secret}`, 'application/fhir+json'],
      [`MSH|^~\\&|A|B|C|D|2026||ADT^A08|${secret}|P|2.5\rPID|1||${secret}`, 'text/hl7v2'],
      [`MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5\r${secret}|1`, 'text/hl7v2'],
      [`%PDF-1.7\n${secret}\nstartxref\n0`, 'application/pdf'],
      [secret, secret],
    ]
    for (const [text, contentType] of samples) {
      try {
        parseReport(Buffer.from(text), contentType)
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(FseError)
        expectNoPatient(error as FseError)
      }
    }
  })
})

function expectNoPatient(error: FseError): void {
  const said = JSON.stringify([error.message, error.stack, error.cause, ...Object.values(error)])
  for (const word of [anna.fiscalCode, 'Bianchi', '19750201', 'bncnna']) expect(said).not.toContain(word)
}
