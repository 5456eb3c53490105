import { describe, expect, it } from 'vitest'
import { DicomError } from '../errors.ts'
import { toDicomJson } from '../json/to-dicom-json.ts'
import { DataSetScanner } from '../scan/data-set-scanner.ts'
import { long, short } from '../scan/fixtures.ts'
import { explicitVrLittleEndian } from '../transfer-syntaxes.ts'
import { type EncodableDataSet, type EncodeOptions, encodeDataSet } from './encode-data-set.ts'

const encode = (dataSet: EncodableDataSet, options: Partial<EncodeOptions> = {}): Buffer =>
  Buffer.from(encodeDataSet(dataSet, { encoding: 'explicit-le', ...options }))

function pathOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof DicomError && error.code === 'unencodable' ? error.tagPath : String(error)
  }
}

describe('encodeDataSet', () => {
  it('writes in tag order, padded to even length: NUL for UI, space for text', () => {
    const bytes = encode({ '00100020': { vr: 'LO', Value: ['ABC'] }, '00080018': { vr: 'UI', Value: ['1.2'] } })
    expect(bytes).toEqual(Buffer.concat([short(0x00080018, 'UI', '1.2\0'), short(0x00100020, 'LO', 'ABC ')]))
  })

  it('orders tags that look like array indices', () => {
    const bytes = encode({ '30060002': { vr: 'SH' }, '00080018': { vr: 'UI' } })
    expect(bytes.readUInt16LE(0)).toBe(0x0008)
  })

  it('takes keywords and lower case for tags', () => {
    const named = encode({
      PatientID: { vr: 'LO', Value: ['A'] },
      '0010001a': { vr: 'LO' },
      SpecificCharacterSet: { vr: 'CS' },
    })
    expect(named).toEqual(
      encode({ '00080005': { vr: 'CS' }, '0010001A': { vr: 'LO' }, '00100020': { vr: 'LO', Value: ['A'] } }),
    )
  })

  it('writes 32-bit lengths where the VR has them', () => {
    expect(encode({ '00420011': { vr: 'OB', bytes: Buffer.from('abc') } })).toEqual(long(0x00420011, 'OB', 'abc\0'))
  })

  it('declares UTF-8 at the top only, and only when text needs it', () => {
    const named = (name: string): EncodableDataSet => ({ '00100010': { vr: 'PN', Value: [{ Alphabetic: name }] } })
    const inner = { ...named('Ä'), '00080005': { vr: 'CS', Value: ['ISO_IR 100'] } }
    expect(encode(named('Rossi')).includes('ISO_IR')).toBe(false)
    expect(encode(named('Rossì')).subarray(0, 18)).toEqual(short(0x00080005, 'CS', 'ISO_IR 192'))
    const bytes = encode({ '00081115': { vr: 'SQ', Value: [inner] } })
    expect(bytes.includes('ISO_IR 192') && !bytes.includes('ISO_IR 100')).toBe(true)
  })

  it('writes encapsulated pixel data that scans again', () => {
    const fragments = [new Uint8Array(0), Buffer.from('frag1'), Buffer.from('frag2!')]
    const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
    scanner.push(encode({ '7FE00010': { vr: 'OB', fragments } }))
    expect(scanner.end().pixelData?.fragments).toMatchObject({ lengths: Uint32Array.of(6, 6) })
  })

  it('shortens numbers to the 16 characters of a DS', () => {
    const written = (value: number): string =>
      encode({ '00180050': { vr: 'DS', Value: [value] } })
        .subarray(8)
        .toString()
        .trim()
    expect(written(1 / 3)).toBe('0.33333333333333')
    expect(written(-123456789.12345679)).toBe('-123456789.12346')
    expect(written(-1.23456789012345e-10).length).toBeLessThanOrEqual(16)
    expect(written(0.0000056120501942)).toBe('5.6120501942e-6')
    expect(written(1.5)).toBe('1.5')
  })

  it('writes what toDicomJson read, names of numbers too', () => {
    const dataSet = {
      '00189087': { vr: 'FD', Value: ['NaN', 'inf', 1.5] },
      '00720083': { vr: 'UV', Value: ['18446744073709551615'] },
    }
    const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
    scanner.push(encode(dataSet))
    expect(toDicomJson(scanner.end(), { bulkDataUri: (path) => path, maxInlineBytes: 0 })).toEqual(dataSet)
  })

  it('refuses what it cannot write, naming the path', () => {
    expect(
      pathOf(() => encode({ '00081115': { vr: 'SQ', Value: [{ '00280010': { vr: 'US', Value: [70000] } }] } })),
    ).toBe('00081115/0/00280010')
    expect(pathOf(() => encode({ '7FE00010': { vr: 'OW', BulkDataURI: 'x' } }))).toBe('7FE00010')
    expect(pathOf(() => encode({ PatientIdentity: { vr: 'LO' } }))).toBe('PatientIdentity')
    expect(pathOf(() => encode({ '00100020': { vr: 'XX' } }))).toBe('00100020')
    expect(pathOf(() => encode({ '00100020': { vr: 'LO', Value: ['x'.repeat(70000)] } }))).toBe('00100020')
    let deep: EncodableDataSet = {}
    for (let i = 0; i < 70; i++) deep = { '00081115': { vr: 'SQ', Value: [deep] } }
    expect(pathOf(() => encode(deep))).toContain('00081115/0/00081115')
  })
})
