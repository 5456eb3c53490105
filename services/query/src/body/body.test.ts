import { describe, expect, it } from 'vitest'
import type { StoredInstance } from '../stored/stored-instance.ts'
import { type BodyPart, bytesPart, sliceParts, totalLength } from './body-part.ts'
import { parseByteRange } from './byte-range.ts'

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-', { start: 0, end: 10 }],
    ['bytes=2-4', { start: 2, end: 5 }],
    ['bytes=2-40', { start: 2, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=4-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['bytes=-', undefined],
    ['items=0-1', undefined],
    [undefined, undefined],
  ])('%s', (text, expected) => expect(parseByteRange(text, 10)).toEqual(expected))

  it('finds nothing in an empty body', () => expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable'))
})

describe('body parts', () => {
  const instance = { packKey: 'p', offset: 512 } as StoredInstance
  const stored: BodyPart = { kind: 'stored', instance, offset: 100, lengthBytes: 10 }
  const made: BodyPart = { kind: 'made', lengthBytes: undefined, make: async function* () {} }

  it('add up, unless one is made while sending', () => {
    expect(totalLength([bytesPart(Buffer.from('abc')), stored])).toBe(13)
    expect(totalLength([stored, made])).toBeUndefined()
  })

  it('are cut across their edges', () => {
    expect(sliceParts([bytesPart(Buffer.from('abc')), stored, bytesPart(Buffer.from('xyz'))], 2, 5)).toEqual([
      bytesPart(Buffer.from('c')),
      { kind: 'stored', instance, offset: 100, lengthBytes: 2 },
    ])
    expect(sliceParts([stored], 4, 10)).toEqual([{ kind: 'stored', instance, offset: 104, lengthBytes: 6 }])
    expect(sliceParts([made], 0, 1)).toBeUndefined()
  })
})
