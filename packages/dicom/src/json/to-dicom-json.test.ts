import { describe, expect, it } from 'vitest'
import { DataSetScanner } from '../scan/data-set-scanner.ts'
import { implicit, item, long, open, openItem, sequenceEnd, short } from '../scan/fixtures.ts'
import { explicitVrBigEndian, explicitVrLittleEndian, implicitVrLittleEndian } from '../transfer-syntaxes.ts'
import { type DicomJson, serializeDicomJson } from './dicom-json.ts'
import { toDicomJson } from './to-dicom-json.ts'

function json(
  bytes: Buffer | Buffer[],
  transferSyntaxUid = explicitVrLittleEndian,
  maxInlineBytes = 16,
  maxValueBytes = 64,
): DicomJson {
  const scanner = new DataSetScanner({ transferSyntaxUid, capture: 'all', limits: { maxValueBytes } })
  scanner.push(Array.isArray(bytes) ? Buffer.concat(bytes) : bytes)
  return toDicomJson(scanner.end(), { bulkDataUri: (path) => `bulk/${path}`, maxInlineBytes })
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

describe('values', () => {
  it.each([
    ['CS', 'ORIGINAL\\PRIMARY', ['ORIGINAL', 'PRIMARY']],
    ['CS', 'A\\\\B ', ['A', null, 'B']],
    ['UI', '1.2.3\0', ['1.2.3']],
    ['DS', '1.5\\ -2 \\1e3', [1.5, -2, 1000]],
    ['DS', '1,5\\', ['1,5', null]],
    ['IS', '12\\+7 ', [12, 7]],
    ['IS', '1A', ['1A']],
    ['IS', '1.5 ', ['1.5']],
    ['DS', '9007199254740993', ['9007199254740993']],
    ['PN', 'Doe^John', [{ Alphabetic: 'Doe^John' }]],
    ['PN', 'A^B=C==D\\\\=E', [{ Alphabetic: 'A^B', Ideographic: 'C' }, null, { Ideographic: 'E' }]],
    ['ST', 'one\\value ', ['one\\value']],
    ['LT', ' keeps leading', [' keeps leading']],
  ])('%s %j', (vr, text, values) => {
    expect(json(short(0x00091001, vr, text))['00091001']).toEqual({ vr, Value: values })
  })

  it.each([
    ['US', '0100ffff', [1, 65535]],
    ['SS', 'ffff', [-1]],
    ['UL', 'ffffffff', [4294967295]],
    ['SL', 'ffffffff', [-1]],
    ['FL', '0000c03f', [1.5]],
    ['FD', '000000000000f87f000000000000f07f000000000000f0ff', ['NaN', 'inf', '-inf']],
    ['AT', '10001000e07f1000', ['00100010', '7FE00010']],
  ])('%s %s', (vr, bytes, Value) => {
    expect(json(short(0x00091001, vr, hex(bytes)))['00091001']).toEqual({ vr, Value })
  })

  it('gives 64-bit integers as numbers while they are exact', () => {
    expect(json(long(0x00720082, 'SV', hex('ffffffffffffffff')))['00720082']).toEqual({ vr: 'SV', Value: [-1] })
    expect(json(long(0x00720083, 'UV', hex('ffffffffffffffff')))['00720083']).toEqual({
      vr: 'UV',
      Value: ['18446744073709551615'],
    })
  })

  it('keeps absurdly long numbers as text, at once', () => {
    const digits = `${'1'.repeat(60_000)}x`
    expect(json(short(0x00091001, 'DS', digits), explicitVrLittleEndian, 16, 70_000)['00091001']?.Value).toEqual([
      digits,
    ])
  })

  it('gives empty elements no Value', () => {
    expect(json([short(0x00100010, 'PN', ''), short(0x00100020, 'LO', '  '), long(0x00081140, 'SQ', '')])).toEqual({
      '00100010': { vr: 'PN' },
      '00100020': { vr: 'LO' },
      '00081140': { vr: 'SQ' },
    })
  })
})

describe('bulk data', () => {
  it('is inline when small, by URI when long or never captured', () => {
    const elements = [
      long(0x00420011, 'OB', 'abcd'),
      long(0x00660016, 'OF', Buffer.alloc(20)),
      long(0x00189073, 'UT', 'x'.repeat(70)),
      long(0x7fe00010, 'OW', 'ab'),
    ]
    expect(json(elements)).toEqual({
      '00420011': { vr: 'OB', InlineBinary: 'YWJjZA==' },
      '00660016': { vr: 'OF', BulkDataURI: 'bulk/00660016' },
      '00189073': { vr: 'UT', BulkDataURI: 'bulk/00189073' },
      '7FE00010': { vr: 'OW', BulkDataURI: 'bulk/7FE00010' },
    })
  })

  it('is named by its path inside sequences', () => {
    const icon = long(
      0x00880200,
      'SQ',
      item(long(0x7fe00010, 'OB', Buffer.concat([item(''), item('ab'), sequenceEnd]), open)),
    )
    expect(json(icon)['00880200']?.Value).toEqual([
      { '7FE00010': { vr: 'OB', BulkDataURI: 'bulk/00880200/0/7FE00010' } },
    ])
  })

  it('comes out little endian from big endian data sets, numbers are right', () => {
    const bytes = hex(
      '00091001' +
        '4f57' +
        '0000' +
        '00000004' +
        '01020304' +
        '00280010' +
        '5553' +
        '0002' +
        '0200' +
        '00209165' +
        '4154' +
        '0004' +
        '00100020',
    )
    expect(json(bytes, explicitVrBigEndian)).toEqual({
      '00091001': { vr: 'OW', InlineBinary: hex('02010403').toString('base64') },
      '00280010': { vr: 'US', Value: [512] },
      '00209165': { vr: 'AT', Value: ['00100020'] },
    })
  })
})

describe('data sets', () => {
  it('leave group lengths, command elements and file meta out, keep private ones with their creator', () => {
    const elements = [
      short(0x00020010, 'UI', '1.2\0'),
      short(0x00080000, 'UL', 'abcd'),
      short(0x00090010, 'LO', 'ACME'),
      short(0x00091001, 'LO', 'x '),
    ]
    expect(json(elements)).toEqual({
      '00090010': { vr: 'LO', Value: ['ACME'] },
      '00091001': { vr: 'LO', Value: ['x'] },
    })
  })

  it('read UN by the dictionary where the tag is known (PS3.5 6.2.2)', () => {
    const signed = [short(0x00280103, 'US', hex('0100')), long(0x00280106, 'UN', hex('ffff'))]
    expect(json([long(0x00100020, 'UN', 'ID'), ...signed, long(0x00091001, 'UN', 'ab')])).toEqual({
      '00100020': { vr: 'LO', Value: ['ID'] },
      '00280103': { vr: 'US', Value: [1] },
      '00280106': { vr: 'SS', Value: [-1] },
      '00091001': { vr: 'UN', InlineBinary: 'YWI=' },
    })
  })

  it('use the character set of the item, else that of the data set around it', () => {
    const greek = Buffer.concat([short(0x00080005, 'CS', 'ISO_IR 126'), short(0x00080104, 'LO', hex('c4c4'))])
    const inherited = short(0x00080104, 'LO', hex('c4c4'))
    const result = json([
      short(0x00080005, 'CS', 'ISO_IR 100'),
      long(0x00081032, 'SQ', Buffer.concat([openItem(greek), item(inherited)])),
    ])
    expect(result['00081032']?.Value).toMatchObject([
      { '00080104': { Value: ['ΔΔ'] } },
      { '00080104': { Value: ['ÄÄ'] } },
    ])
  })

  it('keep the first of repeated elements', () => {
    expect(json([short(0x00100020, 'LO', 'A '), short(0x00100020, 'LO', 'B ')])['00100020']?.Value).toEqual(['A'])
  })

  it('of UN with undefined length are sequences', () => {
    const sequence = implicit(0x00091001, Buffer.concat([openItem(implicit(0x00080100, 'CODE')), sequenceEnd]), open)
    expect(json(sequence, implicitVrLittleEndian)['00091001']).toEqual({
      vr: 'SQ',
      Value: [{ '00080100': { vr: 'SH', Value: ['CODE'] } }],
    })
  })
})

describe('serializeDicomJson', () => {
  it('orders tags that look like array indices (PS3.18 F.2.2), at every level', () => {
    const inner: DicomJson = { '30060026': { vr: 'LO', Value: ['x'] }, '00080100': { vr: 'SH' } }
    const outer: DicomJson = {
      '30060020': { vr: 'SQ', Value: [inner] },
      '00080016': { vr: 'UI' },
      '7FE00010': { vr: 'OW' },
    }
    const text = serializeDicomJson(outer)
    expect(JSON.parse(text)).toEqual(outer)
    expect(text.match(/"\w{8}"/g)).toEqual(['"00080016"', '"30060020"', '"00080100"', '"30060026"', '"7FE00010"'])
  })

  it('is JSON.stringify otherwise', () => {
    const value: DicomJson = { '00100010': { vr: 'PN', Value: [{ Alphabetic: '"è\n' }] } }
    expect(serializeDicomJson(value)).toBe(JSON.stringify(value))
  })
})
