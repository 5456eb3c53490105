import { deflateRawSync } from 'node:zlib'
import type { RangeReader } from '@vna/archive'
import { describe, expect, it } from 'vitest'
import type { OpenInstance } from './pack-readers.ts'
import { readDataSet, readInflated, swapWords } from './read-data-set.ts'
import type { StoredInstance } from './stored-instance.ts'

const signal = new AbortController().signal

function open(dataSet: Uint8Array, transferSyntaxUid: string): OpenInstance & { readonly readBytes: () => number } {
  const member = Buffer.concat([Buffer.alloc(700, 1), Buffer.alloc(140, 2), dataSet])
  let readBytes = 0
  const reader: RangeReader = {
    sizeBytes: member.length,
    read: async (target, targetOffset, length, position) => {
      const part = member.subarray(position, position + length)
      readBytes += part.length
      return part.copy(target, targetOffset)
    },
    close: async () => {},
  }
  const instance = { offset: 700, dataSetOffset: 140, lengthBytes: 140 + dataSet.length, transferSyntaxUid }
  return { reader, instance: instance as StoredInstance, readBytes: () => readBytes }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

describe('reading stored data sets', () => {
  const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * 7) % 253))

  it('reads a stretch', async () => {
    const stretch = await collect(
      readDataSet(open(bytes, '1.2.840.10008.1.2.1'), { offset: 10, length: 300_000 }, signal),
    )
    expect(stretch.equals(bytes.subarray(10, 300_010))).toBe(true)
  })

  it('reads stretches of a deflated data set in the order asked', async () => {
    const deflated = open(deflateRawSync(bytes), '1.2.840.10008.1.2.1.99')
    const ranges = [
      { offset: 500_000, length: 99_999 },
      { offset: 3, length: 5 },
      { offset: 8, length: 400_000 },
      { offset: 400_008, length: 1 },
    ]
    const want = Buffer.concat(ranges.map(({ offset, length }) => bytes.subarray(offset, offset + length)))
    expect((await collect(readInflated(deflated, ranges, signal))).equals(want)).toBe(true)
    await expect(collect(readInflated(deflated, [{ offset: 599_999, length: 2 }], signal))).rejects.toThrow(
      'inflated-too-short',
    )
  })

  it('swaps words', async () => {
    const source = async function* () {
      yield Buffer.from('0102030405060708', 'hex')
    }
    expect((await collect(swapWords(source(), 2))).toString('hex')).toBe('0201040306050807')
    expect((await collect(swapWords(source(), 4))).toString('hex')).toBe('0403020108070605')
    expect((await collect(swapWords(source(), 8))).toString('hex')).toBe('0807060504030201')
  })
})
