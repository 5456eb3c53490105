import { describe, expect, it } from 'vitest'
import { DicomError } from '../errors.ts'
import { explicitVrBigEndian, explicitVrLittleEndian, implicitVrLittleEndian } from '../transfer-syntaxes.ts'
import { DataSetScanner, type ScannerOptions } from './data-set-scanner.ts'
import { identityElements, implicit, item, itemEnd, long, open, openItem, sequenceEnd, short } from './fixtures.ts'
import type { ScanResult } from './scan-result.ts'

type Options = Partial<ScannerOptions>

function scan(bytes: Uint8Array, options: Options = {}): ScanResult {
  const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all', ...options })
  scanner.push(bytes)
  return scanner.end()
}

function failureOf(bytes: Uint8Array, options: Options = {}): { code: string; offset: unknown; tagPath: unknown } {
  try {
    scan(bytes, options)
  } catch (error) {
    if (error instanceof DicomError) return { code: error.code, offset: error.offset, tagPath: error.tagPath }
    throw error
  }
  throw new Error('the scan succeeded')
}

const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString('latin1')

describe('elements', () => {
  it('lists tag, VR, offset, length and value', () => {
    const result = scan(Buffer.concat([short(0x00080060, 'CS', 'CT'), long(0x00420011, 'OB', '%PDF')]))
    expect(result.elements).toMatchObject([
      { tag: 0x00080060, vr: 'CS', offset: 8, length: 2 },
      { tag: 0x00420011, vr: 'OB', offset: 22, length: 4 },
    ])
    expect(result.elements.map((element) => text(element.value))).toEqual(['CT', '%PDF'])
    expect(result).toMatchObject({ lengthBytes: 26, deflated: false, encoding: 'explicit-le' })
  })

  it('copies values: the buffer is only lent', () => {
    const bytes = Buffer.concat([short(0x00080060, 'CS', 'CT'), long(0x00420011, 'OB', Buffer.alloc(5000, 7))])
    const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
    scanner.push(bytes)
    bytes.fill(0)
    const [modality, document] = scanner.end().elements
    expect(text(modality?.value)).toBe('CT')
    expect(document?.value?.every((byte) => byte === 7)).toBe(true)
  })

  it('takes implicit VR from the dictionary, resolving "US or SS" by the pixel representation', () => {
    const value = Buffer.from([0xff, 0xff])
    const unsigned = [implicit(0x00280103, Buffer.from([0, 0])), implicit(0x00280106, value)]
    const signed = [implicit(0x00280103, Buffer.from([1, 0])), implicit(0x00280106, value)]
    const vrsOf = (parts: Buffer[]): string[] =>
      scan(Buffer.concat(parts), { transferSyntaxUid: implicitVrLittleEndian }).elements.map((element) => element.vr)
    expect(vrsOf(unsigned)).toEqual(['US', 'US'])
    expect(vrsOf(signed)).toEqual(['US', 'SS'])
    expect(vrsOf([implicit(0x00090010, 'ACME'), implicit(0x00091001, 'x ')])).toEqual(['LO', 'UN'])
  })

  it('reads big endian headers', () => {
    const bytes = Buffer.from(
      '00280010' + '5553' + '0002' + '0200' + '7fe00010' + '4f57' + '0000' + '00000002' + '1234',
      'hex',
    )
    const result = scan(bytes, { transferSyntaxUid: explicitVrBigEndian })
    expect(result.elements).toMatchObject([
      { tag: 0x00280010, vr: 'US', length: 2, bigEndian: true },
      { tag: 0x7fe00010, vr: 'OW', length: 2 },
    ])
    expect(result.pixelData).toMatchObject({ offset: 22, length: 2, encapsulated: false })
  })

  it('gives a VR of later editions the long form (PS3.5 7.1.2)', () => {
    const result = scan(Buffer.concat([long(0x00091001, 'ZZ', 'abcd'), short(0x00100010, 'PN', 'A^B ')]))
    expect(result.elements).toMatchObject([
      { vr: 'UN', length: 4 },
      { vr: 'PN', length: 4 },
    ])
  })

  it('corrects a data set whose first element shows another VR encoding than the transfer syntax says', () => {
    expect(scan(identityElements, { transferSyntaxUid: implicitVrLittleEndian }).encoding).toBe('explicit-le')
    expect(scan(implicit(0x00080060, 'CT')).encoding).toBe('implicit-le')
  })

  it('accepts odd lengths, empty values, group lengths and zero padding at the end of the file', () => {
    const odd = Buffer.concat([
      short(0x00080000, 'UL', 'abcd'),
      short(0x00080060, 'CS', 'CTX'),
      short(0x00080070, 'LO', ''),
    ])
    expect(scan(Buffer.concat([odd, Buffer.alloc(101)])).elements.map((element) => element.length)).toEqual([4, 3, 0])
    expect(scan(Buffer.concat([odd, Buffer.alloc(3)])).elements).toHaveLength(3)
    expect(failureOf(Buffer.concat([odd, Buffer.alloc(50), Buffer.from([1])])).code).toBe('trailing-data')
  })

  it('passes over values longer than the limit without keeping them', () => {
    const bytes = Buffer.concat([long(0x00091001, 'OB', Buffer.alloc(100)), short(0x00100010, 'PN', 'A^B ')])
    const [bulk, name] = scan(bytes, { limits: { maxValueBytes: 50 } }).elements
    expect(bulk).toMatchObject({ length: 100, value: undefined })
    expect(text(name?.value)).toBe('A^B ')
  })
})

describe('sequences', () => {
  const inner = short(0x00080100, 'SH', 'CODE')

  it('reads defined and undefined lengths alike', () => {
    const defined = long(0x00081032, 'SQ', Buffer.concat([item(inner), item(inner)]))
    const undefinedLength = long(0x00081032, 'SQ', Buffer.concat([openItem(inner), openItem(inner), sequenceEnd]), open)
    for (const bytes of [defined, undefinedLength]) {
      const [sequence, next] = scan(Buffer.concat([bytes, short(0x00100010, 'PN', 'A^B ')])).elements
      expect(sequence?.items).toHaveLength(2)
      expect(sequence?.items?.[1]?.elements).toMatchObject([{ tag: 0x00080100, length: 4 }])
      expect(sequence?.length).toBe(bytes.length - 12)
      expect(next?.tag).toBe(0x00100010)
    }
  })

  it('reads empty sequences and empty items', () => {
    const [none, one] = scan(
      Buffer.concat([long(0x00081032, 'SQ', ''), long(0x00081111, 'SQ', Buffer.concat([item(''), openItem('')]))]),
    ).elements
    expect(none?.items).toEqual([])
    expect(one?.items?.map((entry) => entry.elements)).toEqual([[], []])
  })

  it('reads UN of undefined length as implicit VR, also inside big endian (PS3.5 6.2.2)', () => {
    const content = Buffer.concat([openItem(implicit(0x00080100, 'CODE')), sequenceEnd])
    const [sequence] = scan(long(0x00091001, 'UN', content, open)).elements
    expect(sequence).toMatchObject({ vr: 'SQ', items: [{ elements: [{ tag: 0x00080100, vr: 'SH', length: 4 }] }] })
    const big = Buffer.concat([Buffer.from('00091001554e0000ffffffff', 'hex'), content])
    expect(scan(big, { transferSyntaxUid: explicitVrBigEndian }).elements[0]?.items).toHaveLength(1)
  })

  it('leaves UN of known length opaque', () => {
    const [element] = scan(long(0x00091001, 'UN', item(implicit(0x00080100, 'CODE')))).elements
    expect(element).toMatchObject({ vr: 'UN', items: undefined, length: 20 })
  })

  it('reads a private element of undefined length in implicit VR as a sequence', () => {
    const bytes = implicit(0x00091001, Buffer.concat([openItem(implicit(0x00080100, 'CODE')), sequenceEnd]), open)
    expect(scan(bytes, { transferSyntaxUid: implicitVrLittleEndian }).elements[0]?.items).toHaveLength(1)
  })

  it('tolerates delimiters behind defined lengths', () => {
    const content = Buffer.concat([item(Buffer.concat([inner, itemEnd])), sequenceEnd])
    expect(scan(long(0x00081032, 'SQ', content)).elements[0]?.items).toHaveLength(1)
  })

  it('refuses 100,000 nested items without a stack overflow', () => {
    const level = Buffer.concat([long(0x00081032, 'SQ', '', open), item('', open)])
    const bytes = Buffer.alloc(100_000 * level.length, level)
    expect(failureOf(bytes)).toMatchObject({ code: 'depth-exceeded', offset: 65 * 20 })
    expect(failureOf(bytes, { capture: 'identity' }).code).toBe('depth-exceeded')
  })
})

describe('encapsulated pixel data', () => {
  const pixelData = (...items: Buffer[]): Buffer => long(0x7fe00010, 'OB', Buffer.concat([...items, sequenceEnd]), open)
  const frame = (size: number): Buffer => Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(size)])

  it('lists fragments, the offset table and which fragments start a code stream', () => {
    const table = Buffer.from('0000000012000000', 'hex')
    const { pixelData: layout } = scan(pixelData(item(table), item(frame(6)), item('rest of it')))
    expect(layout).toEqual({
      tag: 0x7fe00010,
      vr: 'OB',
      offset: 12,
      length: 8 + 8 + 8 + 10 + 8 + 10 + 8,
      encapsulated: true,
      fragments: { offset: 36, lengths: Uint32Array.of(10, 10), startsCodestream: Uint8Array.of(1, 0) },
      basicOffsetTable: Uint32Array.of(0, 18),
      extendedOffsetTable: undefined,
      extendedOffsetTableLengths: undefined,
    })
  })

  it('takes an empty table, empty fragments and elements behind the pixel data', () => {
    const bytes = Buffer.concat([pixelData(item(''), item('')), long(0xfffcfffc, 'OB', 'pad!')])
    const result = scan(bytes)
    expect(result.pixelData).toMatchObject({
      basicOffsetTable: new Uint32Array(0),
      fragments: { lengths: Uint32Array.of(0) },
    })
    expect(result.elements).toHaveLength(2)
  })

  it('reads the extended offset table (PS3.3 C.7.6.3.1.8)', () => {
    const table = Buffer.from('00000000000000000a00000000000000', 'hex')
    const bytes = Buffer.concat([long(0x7fe00001, 'OV', table), pixelData(item(''), item('ab'), item('cd'))])
    expect(scan(bytes).pixelData?.extendedOffsetTable).toEqual(Float64Array.of(0, 10))
  })

  it('keeps an encapsulated icon apart from the image', () => {
    const icon = long(0x00880200, 'SQ', item(pixelData(item(''), item('icon'))))
    const result = scan(Buffer.concat([icon, pixelData(item(''), item('image!'))]))
    expect(result.pixelData?.fragments).toMatchObject({ lengths: Uint32Array.of(6) })
  })

  it('does not cut at delimiter bytes inside a fragment', () => {
    const result = scan(pixelData(item(''), item(Buffer.concat([sequenceEnd, sequenceEnd]))))
    expect(result.pixelData?.fragments).toMatchObject({ lengths: Uint32Array.of(16) })
  })

  it('never captures pixel data, and offers to skip it', () => {
    const bytes = Buffer.concat([identityElements, long(0x7fe00010, 'OW', Buffer.alloc(1000))])
    const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
    scanner.push(bytes.subarray(0, bytes.length - 1000))
    expect(scanner.skippableBytes).toBe(1000)
    scanner.skip(600)
    expect(() => scanner.skip(401)).toThrow(DicomError)
    scanner.skip(400)
    expect(scanner.skippableBytes).toBe(0)
    expect(scanner.end().pixelData).toMatchObject({ length: 1000 })
  })
})

describe('identity', () => {
  it('fills as elements pass, complete behind the Series Instance UID', () => {
    const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian })
    scanner.push(identityElements)
    expect(scanner.identityComplete).toBe(false)
    scanner.push(short(0x00200010, 'SH', 'ID'))
    expect(scanner.identityComplete).toBe(true)
    expect(scanner.identity).toEqual({
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      sopInstanceUid: '1.2.3.4',
      patientId: 'PATIENT1',
      studyInstanceUid: '1.2.3',
      seriesInstanceUid: '1.2.3.5',
    })
  })

  it('ignores the UIDs of referenced instances inside sequences', () => {
    const reference = long(0x00081140, 'SQ', item(short(0x0020000d, 'UI', '9.9\0')))
    expect(scan(Buffer.concat([reference, identityElements]), { capture: 'identity' }).identity.studyInstanceUid).toBe(
      '1.2.3',
    )
  })

  it('keeps the first of repeated elements and leaves out absurd lengths', () => {
    const again = short(0x0020000d, 'UI', '6.6.6\0')
    const absurd = short(0x00080016, 'UI', '1'.repeat(2000))
    const { identity } = scan(Buffer.concat([absurd, identityElements, again]), { capture: 'identity' })
    expect(identity.studyInstanceUid).toBe('1.2.3')
    expect(identity.sopClassUid).toBe('1.2.840.10008.5.1.4.1.1.2')
  })

  it('lists only its own elements', () => {
    const bytes = Buffer.concat([identityElements, short(0x00280010, 'US', 'ab')])
    expect(scan(bytes, { capture: 'identity' }).elements).toHaveLength(5)
  })
})

describe('refusals carry code, offset and tag path', () => {
  const nested = (content: Buffer): Buffer => long(0x00081032, 'SQ', item(content))

  it.each([
    ['truncated', short(0x00100010, 'PN', 'A^', 8), 10, ''],
    ['truncated', short(0x00100010, 'PN', 'A^B ').subarray(0, 5), 0, ''],
    ['truncated', long(0x00081032, 'SQ', item('', open), open), 20, '00081032/0'],
    ['truncated', long(0x7fe00010, 'OB', item(''), open), 20, '7FE00010'],
    ['invalid-vr', short(0x00100010, '\x01\x02', 'A^B '), 0, '00100010'],
    ['undefined-length', long(0x00100010, 'UT', '', open), 12, '00100010'],
    ['length-exceeds-parent', nested(short(0x00080100, 'SH', 'CODE', 40)), 28, '00081032/0/00080100'],
    ['item-expected', long(0x00081032, 'SQ', short(0x00080100, 'SH', 'CODE')), 20, '00081032/00080100'],
    ['unexpected-delimiter', Buffer.concat([identityElements, item('')]), identityElements.length + 8, 'FFFEE000'],
    ['unexpected-delimiter', long(0x00081032, 'SQ', item(sequenceEnd)), 28, '00081032/0/FFFEE0DD'],
  ])('%s', (code, bytes, offset, tagPath) => {
    expect(failureOf(bytes)).toEqual({ code, offset, tagPath })
  })

  it('holds to every limit', () => {
    const two = Buffer.concat([short(0x00080060, 'CS', 'CT'), short(0x00080070, 'LO', 'AB')])
    const fragments = long(0x7fe00010, 'OB', Buffer.concat([item(''), item('ab'), item('cd'), sequenceEnd]), open)
    expect(failureOf(two, { limits: { maxElements: 1 } }).code).toBe('too-many-elements')
    expect(failureOf(two, { limits: { maxHeaderBytes: 19 } }).code).toBe('header-too-long')
    expect(failureOf(fragments, { limits: { maxFragments: 2 } }).code).toBe('too-many-fragments')
    expect(failureOf(nested(nested(two)), { limits: { maxDepth: 1 } }).code).toBe('depth-exceeded')
    expect(scan(two, { limits: { maxCapturedBytes: 1 } }).elements.map((element) => text(element.value))).toEqual([
      'CT',
      undefined,
    ])
  })

  it('names no value in messages', () => {
    try {
      scan(Buffer.concat([short(0x00100010, 'PN', 'SECRET^NAME ')]).subarray(0, 15))
    } catch (error) {
      expect(String(error)).not.toContain('SECRET')
      expect(String(error)).toContain('truncated')
    }
  })

  it('may be ended once and not be pushed afterwards', () => {
    const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian })
    scanner.push(identityElements)
    scanner.end()
    expect(() => scanner.end()).toThrow('invalid-use')
    expect(() => scanner.push(identityElements)).toThrow('invalid-use')
  })
})
