import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DicomError } from '../errors.ts'
import type { DicomJson, DicomJsonElement } from '../json/dicom-json.ts'
import { toDicomJson } from '../json/to-dicom-json.ts'
import { deflatedExplicitVrLittleEndian, explicitVrLittleEndian, implicitVrLittleEndian } from '../transfer-syntaxes.ts'
import { encodeDataSet } from '../write/encode-data-set.ts'
import { DataSetScanner, type ScannerOptions } from './data-set-scanner.ts'
import { identityElements, item, long, open, openItem, sequenceEnd, short } from './fixtures.ts'
import type { ScanLimits } from './limits.ts'
import type { ScanResult } from './scan-result.ts'

const word = fc.stringMatching(/^[A-Za-z0-9àèß漢]([A-Za-z0-9 ]{0,10}[A-Za-z0-9])?$/)
const element = (vr: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<DicomJsonElement> =>
  fc.array(value, { minLength: 1, maxLength: 3 }).map((Value) => ({ vr, Value }) as DicomJsonElement)

/** Tags of known VR, so that implicit VR finds them again. */
const attributes: Record<string, fc.Arbitrary<DicomJsonElement>> = {
  '00080008': element('CS', fc.constantFrom('ORIGINAL', 'PRIMARY', 'AXIAL')),
  '0008103E': fc.oneof(element('LO', word), fc.constant({ vr: 'LO' })),
  '00100010': element('PN', fc.record({ Alphabetic: word }, { requiredKeys: ['Alphabetic'] })),
  '00180050': element(
    'DS',
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => Number(n.toPrecision(8)) || 0),
  ),
  '00200013': element('IS', fc.integer({ min: -2147483648, max: 2147483647 })),
  '00209165': element('AT', fc.constantFrom('00100010', 'FFFEE000')),
  '00280010': element('US', fc.integer({ min: 0, max: 65535 })),
  '00186018': element('UL', fc.integer({ min: 0, max: 4294967295 })),
  '00189087': element(
    'FD',
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n || 0),
  ),
  '00720082': element('SV', fc.integer()),
  '00420011': fc
    .uint8Array({ minLength: 2, maxLength: 40 })
    .map((bytes) => ({ vr: 'OB', InlineBinary: Buffer.from(bytes.subarray(0, bytes.length & ~1)).toString('base64') })),
}

const dataSet: fc.Arbitrary<DicomJson> = fc.letrec<{ node: DicomJson }>((tie) => ({
  node: fc
    .record(
      {
        ...attributes,
        '00081032': fc
          .array(tie('node'), { maxLength: 3 })
          .map((Value): DicomJsonElement => (Value.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value })),
      },
      { requiredKeys: [] },
    )
    .map((json) => json as DicomJson),
})).node

function scanInPieces(bytes: Uint8Array, cuts: readonly number[], options: ScannerOptions): ScanResult {
  const scanner = new DataSetScanner(options)
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let at = 0
  for (const end of [...ends, bytes.length]) {
    // The piece is overwritten afterwards, as a socket buffer would be.
    const piece = Uint8Array.from(bytes.subarray(at, end))
    const skippable = Math.min(scanner.skippableBytes, piece.length)
    scanner.skip(skippable)
    scanner.push(piece.subarray(skippable))
    piece.fill(0xaa)
    at = end
  }
  return scanner.end()
}

const jsonOptions = { bulkDataUri: (path: string): string => path, maxInlineBytes: 1024 }

describe('round trip', () => {
  it.each([
    ['explicit-le', explicitVrLittleEndian, 'defined'],
    ['explicit-le', explicitVrLittleEndian, 'undefined'],
    ['implicit-le', implicitVrLittleEndian, 'undefined'],
  ] as const)('encode, scan in any pieces, DICOM JSON: %s, %s, %s lengths', (encoding, transferSyntaxUid, lengths) => {
    fc.assert(
      fc.property(dataSet, fc.array(fc.nat()), (json, cuts) => {
        const bytes = encodeDataSet(json, { encoding, lengths })
        const result = scanInPieces(bytes, cuts, { transferSyntaxUid, capture: 'all' })
        const { '00080005': _charset, ...read } = toDicomJson(result, jsonOptions)
        expect(read).toEqual(json)
      }),
      { numRuns: 150 },
    )
  })

  it('deflated: any pieces give the same as whole', () => {
    fc.assert(
      fc.property(dataSet, fc.array(fc.nat()), (json, cuts) => {
        const bytes = encodeDataSet(json, { encoding: 'explicit-le' })
        const options = { transferSyntaxUid: deflatedExplicitVrLittleEndian, capture: 'all' } as const
        const result = scanInPieces(deflateRawSync(bytes), cuts, options)
        expect(result.lengthBytes).toBe(bytes.length)
        expect(result.elements).toEqual(
          scanInPieces(bytes, [], { ...options, transferSyntaxUid: explicitVrLittleEndian }).elements,
        )
      }),
      { numRuns: 100 },
    )
  })
})

const limits: Partial<ScanLimits> = {
  maxElements: 2000,
  maxDepth: 8,
  maxInflatedBytes: 1_000_000,
  minRatioBytes: 10_000,
}

/** A data set with everything in it, to be damaged. */
const rich = Buffer.concat([
  identityElements,
  long(
    0x00081032,
    'SQ',
    Buffer.concat([openItem(short(0x00080100, 'SH', 'CODE')), item(short(0x00080100, 'SH', 'CODE')), sequenceEnd]),
    open,
  ),
  long(0x00091001, 'UN', Buffer.concat([openItem(''), sequenceEnd]), open),
  long(0x00420011, 'OB', Buffer.alloc(300, 1)),
  long(0x7fe00010, 'OB', Buffer.concat([item('\0\0\0\0'), item('fragment'), item('another one '), sequenceEnd]), open),
])

interface Outcome {
  result?: ScanResult
  error?: { code: string; offset: number | undefined; path: string | undefined }
}

function outcomeOf(bytes: Uint8Array, cuts: readonly number[], transferSyntaxUid: string): Outcome {
  try {
    return { result: scanInPieces(bytes, cuts, { transferSyntaxUid, capture: 'all', limits }) }
  } catch (error) {
    if (!(error instanceof DicomError)) throw error
    return { error: { code: error.code, offset: error.offset, path: error.tagPath } }
  }
}

const syntaxes = fc.constantFrom(
  '1.2.840.10008.1.2',
  '1.2.840.10008.1.2.1',
  '1.2.840.10008.1.2.2',
  '1.2.840.10008.1.2.4.50',
)

describe('damaged bytes', () => {
  it('end the same however they are split, in a result or a DicomError', () => {
    const damage = fc.array(fc.tuple(fc.nat(rich.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(damage, fc.nat(rich.length), fc.array(fc.nat()), syntaxes, (edits, length, cuts, syntax) => {
        const bytes = Buffer.from(rich)
        for (const [at, byte] of edits) bytes[at] = byte
        const kept = bytes.subarray(0, length)
        expect(outcomeOf(kept, cuts, syntax)).toEqual(outcomeOf(kept, [], syntax))
      }),
      { numRuns: 500 },
    )
  })

  it('of any kind only ever throw a DicomError, deflated ones too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat()), syntaxes, (bytes, cuts, syntax) => {
        outcomeOf(bytes, cuts, syntax)
        outcomeOf(bytes, cuts, deflatedExplicitVrLittleEndian)
      }),
      { numRuns: 500 },
    )
  })

  it('never hold what a length merely declares', () => {
    const claims = [long(0x00420011, 'OB', 'ab', 0xfffffffe), long(0x00189073, 'UT', 'ab', 0xfffffff0)]
    const table = long(0x7fe00010, 'OB', item('ab', 0x03ffffff), open)
    for (const bytes of [...claims, table]) {
      const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
      const before = process.memoryUsage().arrayBuffers
      scanner.push(bytes)
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
      expect(() => scanner.end()).toThrow('truncated')
    }
  })
})
