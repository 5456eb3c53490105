import type { BodyPart } from '../body/body-part.ts'
import type { DescribedInstance } from '../stored/described-instance.ts'
import { type Range, readDataSet, readInflated, swapWords } from '../stored/read-data-set.ts'

const wordBytesOfVr: Readonly<Record<string, 2 | 4 | 8>> = {
  ...{ AT: 2, OW: 2, SS: 2, US: 2 },
  ...{ FL: 4, OF: 4, OL: 4, SL: 4, UL: 4 },
  ...{ FD: 8, OD: 8, OV: 8, SV: 8, UV: 8 },
}
const bigEndianUid = '1.2.840.10008.1.2.2'

/**
 * The bytes of a value, or of a frame in it, as body parts. Stored bytes where they are what is to be sent; made while
 * sending where the data set is deflated, or big endian with words (octets leave little endian, PS3.18 8.7.3.3.1).
 */
export function valueParts(described: DescribedInstance, ranges: readonly Range[], vr: string): readonly BodyPart[] {
  const { instance, entry } = described
  if (entry.deflated) {
    const lengthBytes = ranges.reduce((sum, { length }) => sum + length, 0)
    return [
      {
        kind: 'made',
        lengthBytes,
        make: async function* (packs, signal) {
          yield* readInflated(await packs.open(instance), ranges, signal)
        },
      },
    ]
  }
  const wordBytes = isBigEndian(described) ? wordBytesOfVr[vr] : undefined
  return ranges.map(({ offset, length }): BodyPart => {
    if (wordBytes === undefined) {
      return { kind: 'stored', instance, offset: instance.dataSetOffset + offset, lengthBytes: length }
    }
    return {
      kind: 'made',
      lengthBytes: length,
      make: async function* (packs, signal) {
        yield* swapWords(readDataSet(await packs.open(instance), { offset, length }, signal), wordBytes)
      },
    }
  })
}

function isBigEndian({ entry }: DescribedInstance): boolean {
  return entry.encoding === undefined ? entry.transferSyntaxUid === bigEndianUid : entry.encoding === 'explicit-be'
}
