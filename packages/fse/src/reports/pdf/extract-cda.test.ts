import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FseError } from '../../model/fse-error.ts'
import { reportLimits } from '../limits.ts'
import { parseReport } from '../parse-report.ts'
import { inventedCda } from '../testing/invented-cda.ts'
import { inventedCompressedPdf, inventedPdf, type PdfObjects, pdfWith } from '../testing/invented-pdf.ts'
import { extractCdaOfPdf } from './extract-cda.ts'

const limits = { ...reportLimits, maxInflatedBytes: 4 * 1024 * 1024, maxPdfValues: 20_000 }
const xml = Buffer.from(inventedCda())
const extract = (changes?: PdfObjects, trailer?: string, prefix?: string) =>
  Buffer.from(extractCdaOfPdf(inventedPdf(pdfWith(xml, changes), trailer, prefix), limits))
const bomb = deflateSync(Buffer.alloc(8 * 1024 * 1024))

describe('the CDA inside a PDF', () => {
  it('is found by name, by tables and by streams of cross-references', () => {
    expect(extract()).toEqual(xml)
    expect(Buffer.from(extractCdaOfPdf(inventedCompressedPdf(xml), limits))).toEqual(xml)
    expect(parseReport(inventedPdf(pdfWith(xml)), 'application/pdf')).toEqual(parseReport(xml, 'text/xml'))
  })

  it('is found below Kids, behind junk before the header, in UTF-16 names and without compression', () => {
    const kids = new Map([
      [2, '<< /Kids [6 0 R 7 0 R] >>'],
      [6, '<< /Names [(a.xml) 8 0 R] >>'],
      [7, '<< /Kids [9 0 R] >>'],
      [8, '<< /F (a.xml) /EF << >> >>'],
      [9, '<< /Names [<FEFF006300640061002E0078006D006C> 3 0 R] >>'],
    ])
    expect(extract(kids)).toEqual(xml)
    expect(extract(undefined, undefined, 'junk before\n')).toEqual(xml)
    expect(extract(new Map([[4, { dictionary: '', bytes: xml }]]))).toEqual(xml)
  })

  it('is found where the length is another object, and where it is wrong', () => {
    const bytes = deflateSync(xml)
    const stream = (length: string) => ({ dictionary: `/Filter [/FlateDecode] /Length ${length}`, bytes })
    const first = inventedPdf(
      pdfWith(
        xml,
        new Map<number, never>([
          [4, stream('5 0 R') as never],
          [5, String(bytes.length) as never],
        ]),
      ),
    )
    expect(Buffer.from(extractCdaOfPdf(first, limits))).toEqual(xml)
    const wrong = Buffer.from(
      inventedPdf(pdfWith(xml))
        .toString('latin1')
        .replace(/\/Length \d\d/, '/Length 99'),
      'latin1',
    )
    expect(Buffer.from(extractCdaOfPdf(wrong, limits))).toEqual(xml)
  })

  it('is refused with a name for each defect', () => {
    const codes: readonly (readonly [string, PdfObjects, string?])[] = [
      ['no-embedded-document', new Map([[1, '<< /Type /Catalog >>']])],
      ['no-embedded-document', new Map([[3, '<< /F (cda.xml) /EF << >> >>']])],
      ['encrypted-pdf', new Map(), '/Encrypt 5 0 R '],
      ['unsupported-pdf-filter', new Map([[4, { dictionary: '/Filter /LZWDecode', bytes: xml }]])],
      ['malformed-pdf', new Map([[4, { dictionary: '/Filter /FlateDecode', bytes: Buffer.from('no zlib') }]])],
      ['malformed-pdf', new Map([[2, '<< /Names [(cda.xml ']])],
      ['inflate-limit', new Map([[4, { dictionary: '/Filter /FlateDecode', bytes: bomb }]])],
      [
        'inflate-limit',
        new Map([[4, { dictionary: '/Filter [/FlateDecode /FlateDecode]', bytes: deflateSync(bomb) }]]),
      ],
      [
        'no-embedded-document',
        new Map([
          [2, '<< /Kids [2 0 R 6 0 R] >>'],
          [6, '<< /Kids [2 0 R 6 0 R] >>'],
        ]),
      ],
      [
        'too-many-nodes',
        new Map([
          [2, '6 0 R'],
          [6, '2 0 R'],
        ]),
      ],
      ['too-deep', new Map([[2, `${'['.repeat(1000)}${']'.repeat(1000)}`]])],
      ['too-many-nodes', new Map([[2, `[${'0 '.repeat(25_000)}]`]])],
    ]
    for (const [code, changes, trailer] of codes) expect(() => extract(changes, trailer)).toThrow(code)
    expect(() => extractCdaOfPdf(Buffer.from('no pdf'), limits)).toThrow('malformed-pdf')
  })

  it('is refused when object streams need one another, or sections point in circles', () => {
    const cyclic = { dictionary: '/Type /ObjStm /N 1 /First 4 /Length 7 0 R', bytes: Buffer.from('7 0 9') }
    const inStream = inventedCompressedPdf(xml).toString('latin1').replace('/N 3', '/N 3 /Length 1 0 R')
    expect(() => extractCdaOfPdf(Buffer.from(inStream, 'latin1'), limits)).toThrow(FseError)
    expect(() => extract(new Map([[2, cyclic]]))).toThrow(FseError)
    const pdf = inventedPdf(pdfWith(xml)).toString('latin1')
    const start = /startxref\n(\d+)/.exec(pdf)?.[1]
    const looped = Buffer.from(pdf.replace('/Root 1 0 R', `/Root 1 0 R /Prev ${start}`), 'latin1')
    expect(Buffer.from(extractCdaOfPdf(looped, limits))).toEqual(xml)
  })

  it('only ever throws its own error, whatever bytes are changed', () => {
    for (const whole of [inventedPdf(pdfWith(xml)), inventedCompressedPdf(xml)]) {
      const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }))
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
          const bytes = Buffer.from(whole)
          for (const [at, byte] of changes) bytes[at] = byte
          expectOwnError(() => extractCdaOfPdf(bytes, limits))
        }),
        { numRuns: 300 },
      )
    }
  })
})

function expectOwnError(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(FseError)
  }
}
