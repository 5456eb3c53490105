import { describe, expect, it } from 'vitest'
import { DataSetScanner } from '../scan/data-set-scanner.ts'
import { identityElements, item, long, short } from '../scan/fixtures.ts'
import type { ScanResult } from '../scan/scan-result.ts'
import { explicitVrLittleEndian } from '../transfer-syntaxes.ts'
import { serializeDicomJson } from './dicom-json.ts'
import { instanceHeaderOf, instanceHeaderTags } from './instance-header.ts'
import { toDicomJson } from './to-dicom-json.ts'
import { writeDicomJson } from './write-dicom-json.ts'

function scan(...elements: Buffer[]): ScanResult {
  const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
  scanner.push(Buffer.concat(elements))
  return scanner.end()
}

const options = { bulkDataUri: (path: string) => `bulk/${path}`, maxInlineBytes: 16 }
const coded = (n: number): Buffer =>
  item(Buffer.concat([short(0x00080100, 'SH', `CODE${n % 10}`), short(0x00080104, 'LO', 'meaning ')]))

function write(result: ScanResult, o: { maxEscapes?: number; keep?: ReadonlySet<string> } = {}) {
  const pieces: string[] = []
  const { keep = instanceHeaderTags, ...more } = o
  const kept = writeDicomJson(result, { ...options, ...more, keep, write: (piece) => pieces.push(piece) })
  return { pieces, text: pieces.join(''), kept }
}

describe('DICOM JSON in pieces', () => {
  const result = scan(
    identityElements,
    long(0x0040a730, 'SQ', Buffer.concat([coded(1), item(''), coded(2)])),
    long(0x00400275, 'SQ', coded(3)),
    short(0x30060020, 'LO', 'late'),
    short(0x00080060, 'CS', 'CT'),
    short(0x00080060, 'CS', 'MR'),
    long(0x0040a731, 'SQ', ''),
    long(0x7fe00010, 'OW', Buffer.alloc(20)),
  )

  it('is the text of the whole, attributes in order', () => {
    const json = toDicomJson(result, options)
    const { text } = write(result)
    expect(JSON.parse(text)).toEqual(json)
    expect(text).toBe(serializeDicomJson(json))
  })

  it('gives back all that an instance header is made of', () => {
    expect(instanceHeaderOf(write(result).kept)).toEqual(instanceHeaderOf(toDicomJson(result, options)))
    expect([...instanceHeaderTags]).toEqual(expect.arrayContaining(['00080016', '00100024', '00400275', '0040A043']))
    expect(write(result, { keep: new Set() }).kept).toEqual({})
  })

  it('comes in pieces of bounded length, however long a sequence is', () => {
    const many = scan(long(0x0040a730, 'SQ', Buffer.concat(Array.from({ length: 20_000 }, (_, n) => coded(n)))))
    const { pieces, text } = write(many)
    expect(JSON.parse(text)['0040A730'].Value).toHaveLength(20_000)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000)
  })

  it('ends where the text has more escape sequences than allowed, in whatever values', () => {
    const korean = Buffer.from('1b242943fbf3', 'hex')
    const text = scan(
      short(0x00080005, 'CS', '\\ISO 2022 IR 149'),
      short(0x00104000, 'LT', Buffer.concat([korean, korean])),
      long(0x0040a730, 'SQ', item(short(0x00104000, 'LT', korean))),
    )
    expect(write(text, { maxEscapes: 3 }).text).toContain('洪洪')
    expect(() => write(text, { maxEscapes: 2 })).toThrow(expect.objectContaining({ code: 'too-many-escapes' }))
  })
})
