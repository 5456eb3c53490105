import { describe, expect, it } from 'vitest'
import type { StoredInstance } from '../stored/stored-instance.ts'
import { type BodyPart, bytesPart, sliceParts, totalLength } from './body-part.ts'

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
