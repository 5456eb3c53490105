import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DicomError } from '../errors.ts'
import { deflatedExplicitVrLittleEndian } from '../transfer-syntaxes.ts'
import { DataSetScanner } from './data-set-scanner.ts'
import { identityElements, long } from './fixtures.ts'
import { Inflater } from './inflater.ts'
import { type ScanLimits, scanLimits } from './limits.ts'

function inflate(
  bytes: Uint8Array,
  limits: Partial<ScanLimits> = {},
): { length: number; largest: number; ended: boolean } {
  const inflater = new Inflater({ ...scanLimits, ...limits })
  let length = 0
  let largest = 0
  inflater.push(bytes, (piece) => {
    length += piece.length
    largest = Math.max(largest, piece.length)
  })
  return { length, largest, ended: inflater.ended }
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof DicomError ? error.code : String(error)
  }
}

describe('Inflater', () => {
  const million = deflateRawSync(Buffer.alloc(1_000_000))

  it('hands out pieces of bounded size', () => {
    expect(inflate(million)).toEqual({ length: 1_000_000, largest: 65536, ended: true })
  })

  it('refuses a bomb after a few pieces', () => {
    expect(codeOf(() => inflate(million, { maxInflatedBytes: 100_000 }))).toBe('inflate-limit')
    expect(codeOf(() => inflate(million, { minRatioBytes: 100_000, maxInflateRatio: 50 }))).toBe('inflate-limit')
    let seen = 0
    const bomb = new Inflater({ ...scanLimits, maxInflatedBytes: 200_000 })
    expect(() => bomb.push(million, (piece) => (seen += piece.length))).toThrow('inflate-limit')
    expect(seen).toBeLessThanOrEqual(200_000)
  })

  it('lets a blank image pass that compresses 1000 to 1', () => {
    expect(inflate(deflateRawSync(Buffer.alloc(20_000_000))).length).toBe(20_000_000)
  })

  it('refuses what is no deflate stream', () => {
    expect(codeOf(() => inflate(Buffer.from([0xff, 0xff, 0xff])))).toBe('malformed-deflate')
  })

  it('passes over a padding byte or a checksum behind the stream, not over more', () => {
    const short = deflateRawSync(Buffer.from('abc'))
    expect(inflate(Buffer.concat([short, Buffer.alloc(1)])).ended).toBe(true)
    expect(inflate(Buffer.concat([short, Buffer.alloc(8, 7)])).ended).toBe(true)
    expect(codeOf(() => inflate(Buffer.concat([short, Buffer.alloc(100, 7)])))).toBe('trailing-data')
  })
})

describe('deflated data sets', () => {
  const scan = (bytes: Uint8Array): unknown => {
    const scanner = new DataSetScanner({ transferSyntaxUid: deflatedExplicitVrLittleEndian })
    scanner.push(bytes)
    expect(scanner.skippableBytes).toBe(0)
    return scanner.end()
  }
  const dataSet = Buffer.concat([identityElements, long(0x7fe00010, 'OW', Buffer.alloc(500_000, 1))])

  it('are scanned as they inflate', () => {
    expect(scan(deflateRawSync(dataSet))).toMatchObject({ deflated: true, lengthBytes: dataSet.length })
  })

  it('are truncated when the stream or the data set in it is', () => {
    const deflated = deflateRawSync(dataSet)
    expect(codeOf(() => scan(deflated.subarray(0, deflated.length - 2)))).toBe('truncated')
    expect(codeOf(() => scan(deflateRawSync(dataSet.subarray(0, 1000))))).toBe('truncated')
  })
})
