import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { DicomError } from '../errors.ts'
import { implicit, long, short } from '../scan/fixtures.ts'
import { isValidUid } from '../uids.ts'
import { encodePart10Prefix, implementationClassUid, implementationVersionName } from './encode-prefix.ts'
import { Part10PrefixReader, parsePart10Prefix } from './parse-prefix.ts'

const uids = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  sopInstanceUid: '1.2.3',
  transferSyntaxUid: '1.2.840.10008.1.2.4.90',
}
const prefix = encodePart10Prefix({ ...uids, sourceAeTitle: 'CT1', receivingAeTitle: 'VNA' })
const dataSet = short(0x00080060, 'CS', 'CT')
const codeOf = (run: () => unknown): string => {
  try {
    return JSON.stringify(run())
  } catch (error) {
    return error instanceof DicomError ? error.code : String(error)
  }
}

describe('encodePart10Prefix', () => {
  it('writes preamble, magic, and a group length that ends at the data set', () => {
    expect(prefix.subarray(0, 128).every((byte) => byte === 0)).toBe(true)
    expect(Buffer.from(prefix.subarray(128, 140)).toString('hex')).toBe('4449434d' + '02000000' + '554c0400')
    expect(Buffer.from(prefix).readUInt32LE(140)).toBe(prefix.length - 144)
    expect(prefix.length % 2).toBe(0)
  })

  it('names this implementation', () => {
    expect(isValidUid(implementationClassUid)).toBe(true)
    expect(implementationVersionName.length).toBeLessThanOrEqual(16)
  })

  it('refuses UIDs that would not fit the field', () => {
    expect(codeOf(() => encodePart10Prefix({ ...uids, sopInstanceUid: `1.${'2'.repeat(70)}` }))).toBe('unencodable')
  })
})

describe('parsePart10Prefix', () => {
  it('reads back what was written', () => {
    expect(parsePart10Prefix(Buffer.concat([prefix, dataSet, Buffer.alloc(12)]))).toEqual({
      kind: 'part10',
      dataSetOffset: prefix.length,
      preamble: true,
      guessed: false,
      mediaStorageSopClassUid: uids.sopClassUid,
      mediaStorageSopInstanceUid: uids.sopInstanceUid,
      transferSyntaxUid: uids.transferSyntaxUid,
      implementationClassUid,
      implementationVersionName,
      sourceAeTitle: 'CT1',
      receivingAeTitle: 'VNA',
    })
  })

  it('asks for more until it can tell, and decides the same', () => {
    const file = Buffer.concat([prefix, dataSet, Buffer.alloc(100)])
    const whole = parsePart10Prefix(file)
    fc.assert(
      fc.property(fc.nat(file.length), (length) => {
        const answer = parsePart10Prefix(file.subarray(0, length))
        expect(answer.kind === 'more' ? answer : whole).toEqual(answer)
      }),
    )
  })

  it('never asks for more of a complete file', () => {
    expect(parsePart10Prefix(prefix, { complete: true })).toMatchObject({
      kind: 'part10',
      dataSetOffset: prefix.length,
    })
    expect(codeOf(() => parsePart10Prefix(prefix.subarray(0, 200), { complete: true }))).toBe('truncated')
    expect(codeOf(() => parsePart10Prefix(Buffer.alloc(0), { complete: true }))).toBe('not-dicom')
  })

  it('does without preamble, without group length, and with a wrong one', () => {
    const meta = short(0x00020010, 'UI', '1.2.840.10008.1.2\0')
    const expected = {
      kind: 'part10',
      preamble: false,
      transferSyntaxUid: '1.2.840.10008.1.2',
      dataSetOffset: meta.length,
    }
    expect(parsePart10Prefix(Buffer.concat([meta, dataSet]), { complete: true })).toMatchObject(expected)
    const wrong = Buffer.from(prefix)
    wrong.writeUInt32LE(9999, 140)
    expect(parsePart10Prefix(Buffer.concat([wrong, dataSet]), { complete: true })).toMatchObject({
      dataSetOffset: prefix.length,
    })
  })

  it('guesses the encoding of a bare data set', () => {
    const guess = (bytes: Buffer): unknown => parsePart10Prefix(bytes, { complete: true })
    expect(guess(dataSet)).toEqual({
      kind: 'bare',
      dataSetOffset: 0,
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      guessed: true,
    })
    expect(guess(implicit(0x00080060, 'CT'))).toMatchObject({ transferSyntaxUid: '1.2.840.10008.1.2' })
    expect(guess(Buffer.from('000800604353000243540000', 'hex'))).toMatchObject({
      transferSyntaxUid: '1.2.840.10008.1.2.2',
    })
  })

  it('is not misled by the letters DICM inside a value', () => {
    const value = Buffer.alloc(200, 0x20)
    value.write('DICM', 120)
    const answer = parsePart10Prefix(short(0x00080060, 'LO', value), { complete: true })
    expect(answer).toMatchObject({ kind: 'bare', dataSetOffset: 0 })
  })

  it('guesses where the meta group names no transfer syntax', () => {
    const meta = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), long(0x00020001, 'OB', '\0\x01')])
    expect(parsePart10Prefix(Buffer.concat([meta, dataSet]), { complete: true })).toMatchObject({
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      guessed: true,
    })
  })

  it('refuses other files', () => {
    expect(codeOf(() => parsePart10Prefix(Buffer.from('GIF89a'.padEnd(300, 'x'))))).toBe('not-dicom')
    const huge = Buffer.concat([
      Buffer.alloc(128),
      Buffer.from('DICM'),
      long(0x00020001, 'OB', Buffer.alloc(40), 0x7fffffff),
    ])
    expect(codeOf(() => parsePart10Prefix(huge))).toBe('malformed-file-meta')
  })

  it('trims a megabyte of blanks at once', () => {
    const blanks = long(0x00020001, 'OB', `${' '.repeat(900_000)}x`)
    const file = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), blanks, dataSet, Buffer.alloc(8)])
    expect(parsePart10Prefix(file).kind).toBe('part10')
  })

  it('reads the same in pieces, whatever their size', () => {
    const file = Buffer.concat([prefix, dataSet, Buffer.alloc(100)])
    const whole = parsePart10Prefix(file)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (size) => {
        const reader = new Part10PrefixReader(64 * 1024)
        const answers = []
        for (let at = 0; at < file.length && (answers.at(-1)?.kind ?? 'more') === 'more'; at += size) {
          answers.push(reader.push(file.subarray(at, at + size)))
        }
        expect(answers.at(-1)).toEqual(whole)
        expect(Buffer.from(reader.bytes.subarray(0, prefix.length))).toEqual(Buffer.from(prefix))
      }),
    )
  })

  it('parses no element twice when bytes come one by one', () => {
    const elements = Array.from({ length: 4_000 }, () => short(0x00020013, 'SH', 'VNA '))
    const file = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), ...elements, dataSet, Buffer.alloc(12)])
    const keepText = vi.spyOn(Map.prototype, 'set')
    const reader = new Part10PrefixReader(64 * 1024)
    let at = 0
    while (reader.push(file.subarray(at, at + 1)).kind === 'more') at++
    expect(at).toBeGreaterThanOrEqual(132 + 4_000 * 12)
    const kept = keepText.mock.calls.filter(([tag]) => tag === 0x00020013).length
    keepText.mockRestore()
    expect(kept).toBe(4_000)
  })

  it('holds no more than it may', () => {
    const reader = new Part10PrefixReader(1_000)
    const endless = Buffer.concat([
      Buffer.alloc(128),
      Buffer.from('DICM'),
      short(0x00020013, 'SH', Buffer.alloc(0xfff0)),
    ])
    expect(
      codeOf(() => {
        for (const byte of endless) reader.push(Uint8Array.of(byte))
      }),
    ).toBe('malformed-file-meta')
    expect(reader.bytes.length).toBe(1_000)
  })

  it('only ever throws a DicomError', () => {
    const start = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM\x02\0', 'latin1')])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), fc.boolean(), (bytes, meta, complete) => {
        const code = codeOf(() => parsePart10Prefix(meta ? Buffer.concat([start, bytes]) : bytes, { complete }))
        expect(code).toMatch(/^(\{.*\}|[a-z-]+)$/)
      }),
    )
  })
})
