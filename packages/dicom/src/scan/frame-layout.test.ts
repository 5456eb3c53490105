import { describe, expect, it } from 'vitest'
import { explicitVrLittleEndian } from '../transfer-syntaxes.ts'
import { DataSetScanner } from './data-set-scanner.ts'
import { expandFrames } from './expand-frames.ts'
import { item, long, open, sequenceEnd, short } from './fixtures.ts'
import { frameLayout } from './frame-layout.ts'

function framesOf(...elements: Buffer[]): ReturnType<typeof expandFrames> {
  const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
  scanner.push(Buffer.concat(elements))
  return expandFrames(frameLayout(scanner.end()))
}

const us = (tag: number, value: number): Buffer => short(tag, 'US', Buffer.from([value & 0xff, value >> 8]))
const frames = (count: number): Buffer => short(0x00280008, 'IS', String(count).padEnd(2))
const image = (rows: number, columns: number, bits: number, samples = 1): Buffer =>
  Buffer.concat([us(0x00280002, samples), us(0x00280010, rows), us(0x00280011, columns), us(0x00280100, bits)])
const native = (length: number, declared = length): Buffer => long(0x7fe00010, 'OW', Buffer.alloc(length), declared)
const table = (...offsets: number[]): Buffer => {
  const bytes = Buffer.alloc(offsets.length * 4)
  offsets.forEach((offset, i) => void bytes.writeUInt32LE(offset, i * 4))
  return item(bytes)
}
const encapsulated = (...items: Buffer[]): Buffer =>
  long(0x7fe00010, 'OB', Buffer.concat([...items, sequenceEnd]), open)
const jpeg = item(Buffer.from('ffd8ffe0', 'hex'))
const rest = item('rest')
const lengths = (ranges: ReturnType<typeof expandFrames>): number[] | undefined => ranges?.map((frame) => frame.length)

describe('native frames', () => {
  it('are equal slices', () => {
    expect(framesOf(frames(2), image(2, 3, 16), native(24))).toEqual([
      [{ offset: 62, length: 12 }],
      [{ offset: 74, length: 12 }],
    ])
  })

  it('take no more memory however many there are', () => {
    const pixels = 60_000_000
    const scanner = new DataSetScanner({ transferSyntaxUid: explicitVrLittleEndian, capture: 'all' })
    scanner.push(Buffer.concat([frames(pixels), image(1, 1, 8), native(0, pixels)]))
    scanner.skip(pixels)
    expect(frameLayout(scanner.end())).toMatchObject({ kind: 'native', count: pixels, length: 1 })
  })

  it('of one frame leave padding out', () => {
    expect(framesOf(image(3, 3, 8, 3), native(28))?.[0]?.[0]?.length).toBe(27)
    expect(framesOf(image(3, 3, 1), native(2))?.[0]?.[0]?.length).toBe(2)
  })

  it('count two samples of three in YBR_FULL_422', () => {
    const photometric = short(0x00280004, 'CS', 'YBR_FULL_422')
    expect(
      framesOf(us(0x00280002, 3), photometric, us(0x00280010, 4), us(0x00280011, 4), us(0x00280100, 8), native(32)),
    ).toHaveLength(1)
  })

  it('are unknown when there is too little data, bits share a byte, or the count is no number', () => {
    expect(framesOf(frames(2), image(2, 3, 16), native(22))).toBeUndefined()
    expect(framesOf(frames(2), image(3, 3, 1), native(4))).toBeUndefined()
    expect(framesOf(short(0x00280008, 'IS', '1A'), image(2, 2, 8), native(4))).toBeUndefined()
    expect(framesOf(image(65535, 65535, 16), native(256))).toBeUndefined()
    expect(framesOf(native(4))).toBeUndefined()
    expect(framesOf(image(2, 2, 8))).toBeUndefined()
  })
})

describe('encapsulated frames', () => {
  it('of a single frame are all fragments', () => {
    expect(lengths(framesOf(encapsulated(table(), jpeg, rest, rest)))).toEqual([3])
  })

  it('are one fragment each where the counts match', () => {
    expect(framesOf(frames(2), encapsulated(table(), jpeg, rest))).toEqual([
      [{ offset: 38, length: 4 }],
      [{ offset: 50, length: 4 }],
    ])
  })

  it('follow the basic offset table', () => {
    expect(lengths(framesOf(frames(2), encapsulated(table(0, 12), rest, rest, rest)))).toEqual([1, 2])
  })

  it('follow the extended offset table first', () => {
    const extended = long(0x7fe00001, 'OV', Buffer.from('00000000000000001800000000000000', 'hex'))
    expect(lengths(framesOf(frames(2), extended, encapsulated(table(), rest, rest, rest)))).toEqual([2, 1])
  })

  it('are told apart by start markers without a table', () => {
    expect(lengths(framesOf(frames(2), encapsulated(table(), jpeg, rest, jpeg, rest)))).toEqual([2, 2])
  })

  it('are unknown when tables and markers contradict the count', () => {
    expect(framesOf(frames(2), encapsulated(table(0, 13), rest, rest, rest))).toBeUndefined()
    expect(framesOf(frames(2), encapsulated(table(), rest, rest, rest))).toBeUndefined()
    expect(framesOf(frames(3), encapsulated(table(), rest, rest))).toBeUndefined()
    expect(framesOf(frames(2), encapsulated(table(0, 0), rest, rest, rest))).toBeUndefined()
    expect(framesOf(frames(2), encapsulated(table(12, 0), rest, rest, rest))).toBeUndefined()
    expect(framesOf(frames(2), encapsulated(table(0, 36), rest, rest, rest))).toBeUndefined()
    expect(framesOf(frames(2), encapsulated(table(), jpeg, jpeg, jpeg))).toBeUndefined()
    expect(framesOf(frames(2), encapsulated(table(), rest, jpeg, jpeg))).toBeUndefined()
  })
})
