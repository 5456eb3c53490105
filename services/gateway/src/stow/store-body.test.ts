import { describe, expect, it } from 'vitest'
import { createBodyReader, maxPartsPerTurn } from './store-body.ts'

const contentType = {
  type: 'multipart/related',
  parameters: new Map([
    ['type', 'application/dicom'],
    ['boundary', 'b'],
  ]),
}

describe('a body of many parts', () => {
  it.each([
    [1, 0],
    [maxPartsPerTurn, 1],
    [1_000, Math.floor(1_000 / maxPartsPerTurn)],
  ])('of %i in one chunk leaves the event loop %i times to others', (parts, pauses) => {
    let ended = 0
    const reader = createBodyReader(contentType, { begin: () => {}, data: () => {}, end: () => void ended++ })
    const sinceLast: number[] = []
    let before = 0
    for (const _pause of reader.push(Buffer.from(`${'--b\r\n\r\n\r\n'.repeat(parts)}--b--`))) {
      sinceLast.push(ended - before)
      before = ended
    }
    reader.end()
    expect(ended).toBe(parts)
    expect(sinceLast).toEqual(Array.from({ length: pauses }, () => maxPartsPerTurn))
  })
})
