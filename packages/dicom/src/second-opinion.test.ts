import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeDataSet, encodePart10Prefix } from './index.ts'
import { readSecondOpinion } from './second-opinion.ts'
import { deflatedExplicitVrLittleEndian, explicitVrLittleEndian } from './transfer-syntaxes.ts'

const identity = { sopClassUid: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUid: '1.2.3.4' }
const dataSet = Buffer.from(
  encodeDataSet(
    {
      '00080016': { vr: 'UI', Value: [identity.sopClassUid] },
      '00080018': { vr: 'UI', Value: [identity.sopInstanceUid] },
      '00081115': { vr: 'SQ', Value: [{ '0020000E': { vr: 'UI', Value: ['1.2'] } }] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Neri^Ada' }] },
    },
    { encoding: 'explicit-le' },
  ),
)
const prefixOf = (transferSyntaxUid: string) => Buffer.from(encodePart10Prefix({ ...identity, transferSyntaxUid }))

describe('the second opinion', () => {
  it('names what it finds, without values', () => {
    const reading = readSecondOpinion(Buffer.concat([prefixOf(explicitVrLittleEndian), dataSet]))
    expect(reading.problem).toBeUndefined()
    expect(reading.elements.slice(-4)).toEqual([
      { tag: '00080016', keyword: 'SOPClassUID', vr: 'UI', lengthBytes: 26 },
      { tag: '00080018', keyword: 'SOPInstanceUID', vr: 'UI', lengthBytes: 8 },
      { tag: '00081115', keyword: 'ReferencedSeriesSequence', vr: 'SQ', lengthBytes: expect.any(Number), items: 1 },
      { tag: '00100010', keyword: 'PatientName', vr: 'PN', lengthBytes: 8 },
    ])
    expect(JSON.stringify(reading)).not.toContain('Neri')
  })

  it('inflates a deflated data set', () => {
    const file = Buffer.concat([prefixOf(deflatedExplicitVrLittleEndian), deflateRawSync(dataSet)])
    expect(readSecondOpinion(file).elements.at(-1)?.keyword).toBe('PatientName')
  })

  it('tells how far it came in a file that is cut, and why it stopped', () => {
    const file = Buffer.concat([prefixOf(explicitVrLittleEndian), dataSet])
    const reading = readSecondOpinion(file.subarray(0, file.length - 4))
    expect(reading.problem).toMatch(/past end|overrun/)
    expect(reading.elements.map(({ keyword }) => keyword)).toContain('SOPInstanceUID')
  })

  it('never throws, whatever the bytes', () => {
    const prefix = prefixOf(explicitVrLittleEndian)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, hasPrefix) => {
        const { elements } = readSecondOpinion(hasPrefix ? Buffer.concat([prefix, bytes]) : bytes)
        expect(Array.isArray(elements)).toBe(true)
      }),
    )
    const nested = Buffer.from('0800151153510000fffffffffeff00e0ffffffff', 'hex') // a sequence and an item, never closed
    const deep = Buffer.concat([prefix, ...Array.from({ length: 100_000 }, () => nested)])
    expect(() => readSecondOpinion(deep)).not.toThrow()
  })
})
